/** `101-103, 110`: numbers as people write them, in the order given. */
export function formatRanges(numbers: readonly string[]): string {
  const parts: { readonly first: string; last: string }[] = [];
  for (const number of numbers) {
    const part = parts.at(-1);
    if (part !== undefined && isNext(part.last, number)) part.last = number;
    else parts.push({ first: number, last: number });
  }
  return parts.map(({ first, last }) => (first === last ? first : `${first}-${last}`)).join(', ');
}

function isNext(before: string, number: string): boolean {
  const isNumeric = /^\d{1,9}$/.test(before) && /^\d{1,9}$/.test(number);
  return isNumeric && number.length === before.length && Number(number) === Number(before) + 1;
}
