import { constants, type Stats } from 'node:fs';
import { type FileHandle, open, realpath } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { extname, join, sep } from 'node:path';

/** An open file of the site's folder. Whoever gets one reads it to the end or closes it. */
export interface SiteFile {
  readonly handle: FileHandle;
  /** Bytes. */
  readonly size: number;
  readonly contentType: string;
  /** With quotes. */
  readonly etag: string;
}

/** Phones go by the name; the type is a courtesy. What is not here is a stream of bytes. */
const CONTENT_TYPES: Readonly<Record<string, string>> = {
  '.cfg': 'text/plain; charset=utf-8',
  '.txt': 'text/plain; charset=utf-8',
  '.xml': 'text/xml; charset=utf-8',
  '.wav': 'audio/wav',
  '.mp3': 'audio/mpeg',
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.jpeg': 'image/jpeg',
  '.gif': 'image/gif',
  '.bmp': 'image/bmp',
};

/** Characters; a percent-encoded name of 255 characters has three times as many. */
const LONGEST_PATH = 1_024;

/**
 * Opens a file below `directory` by its percent-encoded path. Undefined: not there, not a plain file, or not to be had:
 * dot files, `..`, and links that lead out of the folder are nobody's business.
 */
export async function openSiteFile(directory: string, path: string): Promise<SiteFile | undefined> {
  const segments = readSegments(path);
  if (segments === undefined) return undefined;
  try {
    const root = await realpath(directory);
    const real = await realpath(join(root, ...segments));
    if (!real.startsWith(root + sep)) return undefined;
    // O_NONBLOCK: a named pipe would hold the open until somebody writes. O_NOFOLLOW: `real` is not a link any more.
    const handle = await open(real, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW);
    const facts = await handle.stat();
    if (!facts.isFile()) {
      await handle.close();
      return undefined;
    }
    const contentType = CONTENT_TYPES[extname(real).toLowerCase()] ?? 'application/octet-stream';
    return { handle, size: facts.size, contentType, etag: etagOf(facts) };
  } catch {
    return undefined;
  }
}

/** Sends exactly `size` bytes and ends the response, or breaks the connection: half a firmware must not look whole. */
export function streamSiteFile(
  { handle, size }: SiteFile,
  response: ServerResponse,
  onError: (cause: unknown) => void,
): void {
  // Gone while the file was being opened: its `close` will not come again, and nothing would close the file.
  if (response.destroyed) {
    handle.close().catch(onError);
    return;
  }
  let missing = size;
  // A file that grows meanwhile is cut at the length that was promised; one that shrinks leaves some missing.
  const content = handle.createReadStream({ end: size - 1 });
  content.on('data', (chunk) => {
    missing -= chunk.length;
  });
  content.on('end', () => (missing === 0 ? response.end() : response.destroy()));
  content.on('error', (cause) => {
    onError(cause);
    response.destroy();
  });
  response.on('close', () => content.destroy());
  content.pipe(response, { end: false });
}

/** The decoded names on the way to the file; undefined where one is none. */
function readSegments(path: string): readonly string[] | undefined {
  if (path === '' || path.length > LONGEST_PATH) return undefined;
  let decoded: string;
  try {
    decoded = decodeURIComponent(path);
  } catch {
    return undefined;
  }
  if (/[\u0000-\u001f\u007f\\]/.test(decoded)) return undefined;
  const segments = decoded.split('/');
  return segments.some((segment) => segment === '' || segment.startsWith('.')) ? undefined : segments;
}

/** Would `openSiteFile` open it? */
export async function hasSiteFile(directory: string, path: string): Promise<boolean> {
  const file = await openSiteFile(directory, path);
  await file?.handle.close();
  return file !== undefined;
}

/** As nginx makes it: a file that changes gets another time or another size. */
function etagOf({ size, mtimeMs }: Stats): string {
  return `"${Math.trunc(mtimeMs).toString(16)}-${size.toString(16)}"`;
}
