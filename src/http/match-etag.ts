/**
 * Does If-None-Match (RFC 9110 13.1.2) name this entity tag? `etag` with its quotes. Comparison is weak, as the RFC wants
 * it here: W/"x" is "x".
 */
export function matchEtag(ifNoneMatch: string | undefined, etag: string): boolean {
  if (ifNoneMatch === undefined) return false;
  if (ifNoneMatch === etag) return true;
  return ifNoneMatch.split(',').some((part) => {
    const tag = part.trim();
    return tag === '*' || tag === etag || (tag.startsWith('W/') && tag.slice(2) === etag);
  });
}
