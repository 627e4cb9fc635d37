import { note } from '../../core/note.ts';
import type { DiskSpace } from '../../lan/host-facts.ts';
import { type DoctorCheck, type Finding, green, red, yellow } from './finding.ts';

export interface DiskDoors {
  readonly dataDir: string;
  /** Undefined: there is no such folder. */
  readonly measure: (folder: string) => Promise<DiskSpace | undefined>;
  /** `yes`, or the system's word for why not. */
  readonly mayWrite: (folder: string) => Promise<string>;
}

/** Bytes below which decisions may soon not be stored, and below which somebody should look: a WAL of an import has 16 MB. */
const LEAST_BYTES = 32 * 1024 * 1024;
const FEW_BYTES = 256 * 1024 * 1024;
/** Files that may still be made. */
const LEAST_INODES = 100;

const MB = 1_000_000;

/** Can the data directory take what will be decided? */
export function createDiskCheck({ dataDir, measure, mayWrite }: DiskDoors): DoctorCheck {
  const id = 'disk';
  const folder = dataDir;
  async function run(): Promise<readonly Finding[]> {
    const word = await mayWrite(folder);
    if (word === 'ENOENT') {
      return [
        yellow(
          id,
          note('doctor.disk-absent', 'There is no data directory {folder} yet.', { folder }),
          note('doctor.disk-absent-advice', 'Name the right one with --data-dir; the first start makes it.'),
        ),
      ];
    }
    if (word !== 'yes') {
      return [
        red(
          id,
          note('doctor.disk-closed', 'The data directory {folder} cannot be written ({code}).', { folder, code: word }),
          note(
            'doctor.disk-closed-advice',
            'Run this as the user of the service, and see to owner and mode of the directory, and that its file system is mounted writable.',
          ),
        ),
      ];
    }
    const space = await measure(folder);
    if (space === undefined) {
      return [
        yellow(
          id,
          note('doctor.disk-unknown', 'How much room the disk of {folder} has is not told.', { folder }),
          null,
        ),
      ];
    }
    const { freeBytes, freeInodes } = space;
    const values = { folder, free: Math.floor(freeBytes / MB) };
    const advice = note('doctor.disk-full-advice', 'Free some: logs, old backups, firmware files.');
    if (freeInodes !== null && freeInodes < LEAST_INODES) {
      return [
        red(id, note('doctor.disk-inodes', 'The disk of {folder} takes no more files (inodes).', { folder }), advice),
      ];
    }
    if (freeBytes < LEAST_BYTES) {
      return [
        red(
          id,
          note(
            'doctor.disk-full',
            'Only {free} MB are free on the disk of {folder}: decisions can soon not be stored.',
            values,
          ),
          advice,
        ),
      ];
    }
    if (freeBytes < FEW_BYTES) {
      return [yellow(id, note('doctor.disk-low', '{free} MB are free on the disk of {folder}.', values), advice)];
    }
    return [green(id, note('doctor.disk-good', '{folder} can be written, and {free} MB are free.', values))];
  }
  return { id, run };
}
