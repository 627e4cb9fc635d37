/** Characters of a SHA-256: enough to tell two configurations apart, short enough to be compared by eye. */
const LENGTH = 16;

/** As journeys, the audit and pages show a digest, so that they can be compared. */
export function shortenDigest(sha256: string): string {
  return sha256.slice(0, LENGTH);
}
