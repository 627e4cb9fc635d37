/** Shorter ones are found by chance: in a digest, in a file name. */
const SHORTEST = 8;

/** How a secret looks where somebody let it out: as it is, quoted, in a URL, in HTML, in hex, in Base64 at each of its three offsets. */
export function spellSecret(wanted: string | Buffer): readonly string[] {
  const bytes = Buffer.from(wanted);
  const secret = typeof wanted === 'string' ? wanted : wanted.toString('latin1');
  const url = encodeURIComponent(secret);
  const spelled = [
    secret,
    JSON.stringify(secret).slice(1, -1),
    url,
    url.toLowerCase(),
    url.replaceAll('%20', '+'),
    new URLSearchParams({ '': secret }).toString().slice(1),
    secret.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;'),
    bytes.toString('hex'),
    bytes.toString('hex').toUpperCase(),
    ...[0, 1, 2].flatMap((offset) => {
      // The ends depend on what stands beside it: only what is the secret's own counts.
      const shifted = Buffer.concat([Buffer.alloc(offset), bytes]);
      const inner = shifted
        .toString('base64')
        .replace(/=+$/, '')
        .slice(Math.ceil((offset * 8) / 6));
      const own = (shifted.length * 8) % 6 === 0 ? inner : inner.slice(0, -1);
      return [own, own.replaceAll('+', '-').replaceAll('/', '_')];
    }),
  ];
  return [...new Set(spelled)].filter(({ length }) => length >= SHORTEST);
}

/** Which secret stands where, and in which spelling: names, never the secret itself. Empty: none does. */
export function findLeaks(
  texts: Iterable<readonly [where: string, text: string]>,
  secrets: Iterable<readonly [name: string, secret: string | Buffer]>,
): readonly string[] {
  const spellings = [...secrets]
    .filter(([, secret]) => secret.length >= SHORTEST)
    .map(([name, secret]) => ({ name, spelled: spellSecret(secret) }));
  const leaks: string[] = [];
  for (const [where, text] of texts) {
    for (const { name, spelled } of spellings) {
      const index = spelled.findIndex((spelling) => text.includes(spelling));
      if (index >= 0) leaks.push(`${name} in ${where} (spelling ${index})`);
    }
  }
  return leaks;
}
