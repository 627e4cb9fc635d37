import type { PortMapping } from './internet.ts';

/** Two rows that want the same external port: the router could serve only one of them. */
export interface MappingConflict {
  /** Indexes into the rows, first < second. */
  readonly first: number;
  readonly second: number;
  readonly protocol: PortMapping['protocol'];
  /** The lowest port that both want. */
  readonly externalPort: number;
}

/**
 * Every pair of rows that overlap in external ports of one protocol. Two external ports may lead to the same internal one:
 * that is no conflict.
 */
export function findMappingConflicts(rows: readonly PortMapping[]): readonly MappingConflict[] {
  const conflicts: MappingConflict[] = [];
  for (const [second, row] of rows.entries()) {
    for (const [first, other] of rows.slice(0, second).entries()) {
      const externalPort = Math.max(row.externalPort, other.externalPort);
      const isShared = externalPort < Math.min(row.externalPort + row.count, other.externalPort + other.count);
      if (row.protocol === other.protocol && isShared)
        conflicts.push({ first, second, protocol: row.protocol, externalPort });
    }
  }
  return conflicts;
}
