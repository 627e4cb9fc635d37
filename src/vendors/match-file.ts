import { type MacAddress, parseMacAddress } from '../core/mac-address.ts';
import type { AbsentFile, Vendor, VendorFile } from './vendor.ts';

export type FileMatch =
  | { readonly kind: 'file'; readonly file: VendorFile; readonly mac?: MacAddress; readonly model?: string }
  /** Asked for by every phone of this make, and answered with 404 on purpose. */
  | { readonly kind: 'absent'; readonly absent: AbsentFile }
  | { readonly kind: 'unknown' };

/** Characters. The longest name of any vendor has 60; the rest is somebody trying. */
const LONGEST_PATH = 255;

const UNKNOWN: FileMatch = { kind: 'unknown' };

/**
 * The name that a phone asked for: percent-decoded once (RFC 3986 2.4), without leading slash and query.
 * Undefined: broken escapes, control characters, backslashes, empty or dotted segments, or too long.
 */
export function readFilePath(path: string): string | undefined {
  if (path.length > LONGEST_PATH * 3) return undefined;
  const bare = path.replace(/[?#].*$/s, '').replace(/^\//, '');
  let name: string;
  try {
    name = decodeURIComponent(bare);
  } catch {
    return undefined;
  }
  if (name === '' || name.length > LONGEST_PATH || /[\u0000-\u001f\u007f-\u009f\\]/.test(name)) return undefined;
  return name.split('/').some((segment) => segment === '' || /^\.+$/.test(segment)) ? undefined : name;
}

/** Which of the vendor's files a request path (after the token) means. Total: takes anything that HTTP can carry. */
export function matchFile(vendor: Vendor, path: string): FileMatch {
  const name = readFilePath(path);
  if (name === undefined) return UNKNOWN;
  for (const file of vendor.files) {
    const match = file.pattern.exec(name);
    if (match === null) continue;
    const { mac: digits, model } = match.groups ?? {};
    const mac = digits === undefined ? undefined : parseMacAddress(digits);
    // A group address or all zeros is nobody's file.
    if (digits !== undefined && mac === undefined) return UNKNOWN;
    return { kind: 'file', file, ...(mac === undefined ? {} : { mac }), ...(model === undefined ? {} : { model }) };
  }
  const absent = vendor.absentFiles.find((candidate) => candidate.pattern.test(name));
  return absent === undefined ? UNKNOWN : { kind: 'absent', absent };
}
