import { findLeaks } from './secret-scan.ts';

/** Of all tests of a file, by their place in it. */
const known = new Set<string>();

/** Secrets that a test uses: no log of this test file may hold one from now on. */
export function nameSecrets(secrets: Iterable<string>): void {
  for (const secret of secrets) known.add(secret);
}

/** Throws where a text holds a secret that was named. */
export function refuseLeaks(texts: Iterable<readonly [where: string, text: string]>): void {
  const leaks = findLeaks(
    texts,
    [...known].map((secret, index) => [`secret ${index}`, secret]),
  );
  if (leaks.length > 0) throw new Error(`secrets got out: ${leaks.join('; ')}`);
}
