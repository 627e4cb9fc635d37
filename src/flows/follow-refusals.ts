import type { MacAddress } from '../core/mac-address.ts';
import type { Office } from './office.ts';

/** A row of a list that gives a phone its extensions. */
export interface TakingRow {
  readonly mac: MacAddress;
  readonly extension: string;
  readonly moreLines?: readonly { readonly extension: string }[] | undefined;
}

/** The extensions of the phone's lines, in their order. */
export function listNumbers({ extension, moreLines = [] }: TakingRow): readonly string[] {
  return [extension, ...moreLines.map((account) => account.extension)];
}

/**
 * A phone whose row is refused keeps its extensions, so a row that wants one of them is refused as well, and so on. Returns the
 * phones that are left with a row. Takes as long as the list is, however long the chain. `effects`: of each row, as it was judged
 * so far; what is unchanged takes nothing from anybody.
 */
export function followRefusals(
  office: Pick<Office, 'findDevice'>,
  rows: readonly TakingRow[],
  effects: readonly { readonly effect: 'new' | 'changed' | 'unchanged' | 'refused' }[],
): ReadonlySet<MacAddress> {
  /** How many rows of the phone are not refused. */
  const standing = new Map<MacAddress, number>();
  const wanted = new Map<string, TakingRow[]>();
  for (const [index, row] of rows.entries()) {
    const effect = effects[index]?.effect;
    if (effect === 'refused') continue;
    standing.set(row.mac, (standing.get(row.mac) ?? 0) + 1);
    if (effect === 'unchanged') continue;
    for (const number of listNumbers(row)) {
      const wanting = wanted.get(number);
      if (wanting === undefined) wanted.set(number, [row]);
      else wanting.push(row);
    }
  }
  const keeping = rows.flatMap(({ mac }) => (standing.has(mac) ? [] : [mac]));
  const refused = new Set<TakingRow>();
  // Grows while it is walked.
  for (const mac of keeping) {
    for (const number of office.findDevice(mac)?.extensions ?? []) {
      for (const row of wanted.get(number) ?? []) if (!refused.has(row)) refuse(row);
      wanted.delete(number);
    }
  }
  return new Set(standing.keys());

  function refuse(row: TakingRow): void {
    refused.add(row);
    const left = (standing.get(row.mac) ?? 0) - 1;
    if (left > 0) {
      standing.set(row.mac, left);
      return;
    }
    standing.delete(row.mac);
    keeping.push(row.mac);
  }
}
