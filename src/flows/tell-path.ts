/** For the journey and the log: not longer than a name, and without what may be a token, however the path was written. */
export function tellPath(path: string): string {
  return path.slice(0, 100).replace(/[0-9a-f]{32}/gi, '…');
}
