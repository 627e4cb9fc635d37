import { statSync } from 'node:fs';

/**
 * How often files are looked at, ms. Polled rather than watched: tools that renew certificates put new files, or new links, in the
 * place of old ones, and a watch of the old one would see nothing.
 */
const POLL_MS = 5_000;

export interface FilePollOptions {
  readonly files: readonly string[];
  readonly signal: AbortSignal;
  /** The files are others than when the poll began, or when this was called last, and nobody is writing them just now. */
  readonly onChange: () => void;
  readonly pollMs?: number;
}

/** Looks at the files from now until the signal. Begin it before they are read. */
export function pollFiles({ files, signal, onChange, pollMs = POLL_MS }: FilePollOptions): void {
  let told = stampOf(files);
  let before = told;
  const timer = setInterval(() => {
    const now = stampOf(files);
    // The same twice: certificate and key are two files, and one of them comes first.
    const isStill = now === before;
    before = now;
    if (now === told || !isStill) return;
    told = now;
    onChange();
  }, pollMs);
  timer.unref();
  signal.addEventListener('abort', () => clearInterval(timer), { once: true });
}

function stampOf(files: readonly string[]): string {
  return files
    .map((file) => {
      const stat = statSync(file, { throwIfNoEntry: false });
      return stat === undefined ? 'none' : `${stat.dev}:${stat.ino}:${stat.size}:${stat.mtimeMs}`;
    })
    .join(' ');
}
