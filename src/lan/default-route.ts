import { readFile } from 'node:fs/promises';
import { endianness } from 'node:os';
import { type DefaultRoute, parseRouteTable } from './parse-route-table.ts';

/** proc(5); Linux only. */
const TABLE_FILE = '/proc/net/route';

/** The router of the host's IPv4 default route; null: there is none, or this system does not tell it that way. */
export async function readDefaultRoute(
  readText: () => Promise<string> = () => readFile(TABLE_FILE, 'utf8'),
): Promise<DefaultRoute | null> {
  const text = await readText().catch(() => '');
  return parseRouteTable(text, endianness());
}
