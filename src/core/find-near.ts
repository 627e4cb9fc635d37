/** Longer than any name that could be meant (32 characters): not compared, so that no input costs time. */
const MAX_LENGTH = 64;

/** More slips of the pen than this make another word. */
const MAX_SLIPS = 2;

const MAX_FOUND = 5;

/** Names that may have been meant: other case, only the last part (`berlin`), or up to two slips of the pen. Best first. */
export function findNear(names: readonly string[], saw: string): string[] {
  if (saw.length > MAX_LENGTH) return [];
  const wanted = plain(saw);
  const wantedPlace = placeOf(wanted);
  if (wantedPlace === '') return [];
  return names
    .map((name) => ({
      name,
      slips: Math.min(slipsBetween(plain(name), wanted), slipsBetween(placeOf(plain(name)), wantedPlace) + 0.5),
    }))
    .filter(({ name, slips }) => slips <= MAX_SLIPS + 0.5 && slips < placeOf(name).length / 2)
    .sort((a, b) => a.slips - b.slips || (a.name < b.name ? -1 : 1))
    .slice(0, MAX_FOUND)
    .map(({ name }) => name);
}

function plain(name: string): string {
  return name
    .trim()
    .toLowerCase()
    .replace(/[\s-]+/g, '_');
}

function placeOf(name: string): string {
  return name.slice(name.lastIndexOf('/') + 1);
}

/** Levenshtein's distance; more than MAX_SLIPS is not told apart. */
function slipsBetween(a: string, b: string): number {
  if (Math.abs(a.length - b.length) > MAX_SLIPS) return Number.POSITIVE_INFINITY;
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(change, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? Number.POSITIVE_INFINITY;
}
