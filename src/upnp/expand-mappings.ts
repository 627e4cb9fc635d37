import type { PortMapping } from '../core/internet.ts';
import type { WantedMapping } from './keeper-state.ts';

/**
 * Begins each description that we send: the router's own table shows it, and it tells which entries we may take away again.
 * Not what decides whether an entry is ours to keep: that is where it leads to.
 */
export const DESCRIPTION_PREFIX = 'Plugtone';

/** Characters. The standard names no limit and routers cut at lengths of their own; our choice: what a row of a router's page shows. */
const LONGEST_DESCRIPTION = 40;

/** One entry per port, in the order of the rows. A port that an earlier row has is left out (`findMappingConflicts` tells of it). */
export function expandMappings(rows: readonly PortMapping[], ownAddress: string): readonly WantedMapping[] {
  const wanted = new Map<string, WantedMapping>();
  for (const row of rows) {
    for (let i = 0; i < row.count; i++) {
      const externalPort = row.externalPort + i;
      const key = `${row.protocol} ${externalPort}`;
      if (wanted.has(key)) continue;
      wanted.set(key, {
        protocol: row.protocol,
        externalPort,
        internalClient: row.internalClient ?? ownAddress,
        internalPort: row.internalPort + i,
        description: describe(row, externalPort),
      });
    }
  }
  return [...wanted.values()];
}

/** Each entry by its own name: some routers take a name for the key of their table. */
function describe({ description, protocol, count }: PortMapping, externalPort: number): string {
  const port = count > 1 || description === '' ? ` ${protocol} ${externalPort}` : '';
  const name = description.replace(/[^\x20-\x7e]/g, '').trim();
  const room = LONGEST_DESCRIPTION - DESCRIPTION_PREFIX.length - 1 - port.length;
  return `${DESCRIPTION_PREFIX} ${name.slice(0, Math.max(room, 0)).trim()}${port}`.replace(/ {2,}/g, ' ').trim();
}
