import { BackupError, damaged } from './backup-error.ts';
import {
  FORMAT,
  formatHeaderFacts,
  formatHeaderSum,
  type KeyMaking,
  MAGIC,
  SALT_BYTES,
} from './format-backup-header.ts';

/** Bytes of a line of the header: ours have some 150. */
export const LONGEST_LINE = 1_024;

/** What a header may ask of the machine that reads it: a forged one must not take its memory. */
const MOST_MEMORY_KIB = 1_048_576;
const MOST_PASSES = 64;
const MOST_LANES = 64;

export interface BackupHeader {
  /** The first two lines, as they stand. */
  readonly facts: string;
  /** The third: `formatHeaderTag`. */
  readonly tag: string;
  readonly making: KeyMaking;
}

/** Which format the first line names. Throws BackupError: foreign, newer-format. */
export function checkMagic(line: string): void {
  const [, number] = new RegExp(`^${MAGIC} ([1-9]\\d{0,3})$`).exec(line) ?? [];
  if (number === undefined) {
    throw new BackupError('foreign', 'The file is no backup of Plugtone: it does not begin as one.');
  }
  if (Number(number) > FORMAT) {
    const message = `The backup was made by a newer Plugtone (its format is ${number}, ${FORMAT} is known). Install that version.`;
    throw new BackupError('newer-format', message);
  }
}

/** The four lines of a header, the first of which is known. Throws BackupError: damaged. */
export function parseBackupHeader([magic, second, tag, sum]: readonly [string, string, string, string]): BackupHeader {
  const facts = `${magic}\n${second}\n`;
  if (formatHeaderSum(facts, tag) !== sum) throw damaged('its header is not as it was written');
  const making = readKeyMaking(second);
  if (making === undefined || formatHeaderFacts(making) !== facts) {
    throw damaged('its header holds what no Plugtone writes');
  }
  return { facts, tag, making };
}

function readKeyMaking(line: string): KeyMaking | undefined {
  try {
    const { memoryKiB, passes, lanes, salt }: Partial<Record<string, unknown>> = JSON.parse(line);
    if (!isCount(lanes, 1, MOST_LANES) || !isCount(passes, 1, MOST_PASSES)) return undefined;
    // RFC 9106 3.1: at least 8 KiB for each lane.
    if (!isCount(memoryKiB, 8 * lanes, MOST_MEMORY_KIB) || typeof salt !== 'string') return undefined;
    const bytes = Buffer.from(salt, 'base64url');
    return bytes.length === SALT_BYTES ? { memoryKiB, passes, lanes, salt: bytes } : undefined;
  } catch {
    return undefined;
  }
}

function isCount(value: unknown, least: number, most: number): value is number {
  return Number.isInteger(value) && Number(value) >= least && Number(value) <= most;
}
