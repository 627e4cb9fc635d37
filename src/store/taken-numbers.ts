import type { Writer } from './schema.ts';
import { StoreError } from './store-error.ts';

/** A number that an approved phone did not have before. */
export interface GivenNumber {
  readonly mac: string;
  readonly number: string;
}

/** Numbers that are looked for by name; for more of them all approved phones are read. */
const MOST_BY_NAME = 20;

/**
 * Asked within the transaction, after its rows are written: of two processes that give one number at the same time, the second
 * sees the first. Throws StoreError: changed-meanwhile.
 */
export async function refuseTaken(
  writer: Writer,
  given: readonly GivenNumber[],
  shared: ReadonlySet<string>,
): Promise<void> {
  const wanted = given.filter(({ number }) => !shared.has(number));
  if (wanted.length === 0) return;
  const holders = await readHolders(writer, [...new Set(wanted.map(({ number }) => number))]);
  for (const { mac, number } of wanted) {
    const other = holders.get(number)?.find((holder) => holder !== mac);
    if (other === undefined) continue;
    const message = `The extension ${number} was given to the phone ${other} meanwhile, so ${mac} does not get it. Look again and repeat.`;
    throw new StoreError('changed-meanwhile', message);
  }
}

async function readHolders(writer: Writer, numbers: readonly string[]): Promise<Map<string, string[]>> {
  let query = writer.selectFrom('devices').select(['mac', 'extensions']).where('state', '=', 'approved');
  if (numbers.length <= MOST_BY_NAME) {
    // What a list of texts looks like in JSON. Signs that LIKE takes for any character find more: it is looked at again below.
    query = query.where((where) =>
      where.or(numbers.map((number) => where('extensions', 'like', `%${JSON.stringify(number)}%`))),
    );
  }
  const holders = new Map<string, string[]>();
  for (const { mac, extensions } of await query.execute()) {
    for (const number of new Set(JSON.parse(extensions) as readonly string[])) {
      const macs = holders.get(number);
      if (macs === undefined) holders.set(number, [mac]);
      else macs.push(mac);
    }
  }
  return holders;
}
