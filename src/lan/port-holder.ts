import { readdir, readFile, readlink } from 'node:fs/promises';
import { endianness } from 'node:os';
import { basename } from 'node:path';
import { parseTcpListeners, parseUdpTable, type UdpSocket } from './parse-udp-table.ts';

/** Who keeps us from a port, as far as the system tells. */
export interface PortHolder {
  /** What it is bound to: 0.0.0.0, :: or the address itself. */
  readonly address: string;
  readonly port: number;
  /** Undefined: another user's process, whose files we may not see. */
  readonly pid: number | undefined;
  /** Name of the program: `asterisk`. */
  readonly command: string | undefined;
  readonly uid: number;
}

/**
 * Finds the sockets that stand in the way of a bind to `address:port`: those on that address, on 0.0.0.0 and on ::.
 * Best effort from /proc; empty where there is none.
 */
export async function findPortHolders(address: string, port: number): Promise<PortHolder[]> {
  const tables = await Promise.all(['/proc/net/udp', '/proc/net/udp6'].map(readOrEmpty));
  return findHolders(
    tables
      .flatMap((text) => parseUdpTable(text, endianness()))
      .filter((socket) => socket.port === port && ['0.0.0.0', '::', address].includes(socket.address)),
  );
}

/** Who listens on a TCP port, on whatever address. Best effort, as above. */
export async function findTcpHolders(port: number): Promise<PortHolder[]> {
  const tables = await Promise.all(['/proc/net/tcp', '/proc/net/tcp6'].map(readOrEmpty));
  return findHolders(
    tables.flatMap((text) => parseTcpListeners(text, endianness())).filter((socket) => socket.port === port),
  );
}

async function findHolders(sockets: readonly UdpSocket[]): Promise<PortHolder[]> {
  if (sockets.length === 0) return [];
  const owners = await findOwners(new Set(sockets.map(({ inode }) => inode)));
  return sockets.map((socket) => tellHolder(socket, owners.get(socket.inode)));
}

/** `asterisk (process 812) on 0.0.0.0:5060`, or what is known of it. */
export function describePortHolder({ command, pid, uid, address, port }: PortHolder): string {
  const who = pid === undefined ? `a process of user id ${uid}` : `${command ?? 'a program'} (process ${pid})`;
  return `${who} on ${address}:${port}`;
}

interface Owner {
  readonly pid: number;
  readonly command: string | undefined;
}

function tellHolder({ address, port, uid }: UdpSocket, owner: Owner | undefined): PortHolder {
  return { address, port, uid, pid: owner?.pid, command: owner?.command };
}

async function findOwners(inodes: ReadonlySet<string>): Promise<Map<string, Owner>> {
  const owners = new Map<string, Owner>();
  for (const pid of await list('/proc')) {
    if (!/^[0-9]+$/.test(pid)) continue;
    for (const fd of await list(`/proc/${pid}/fd`)) {
      const target = await readlink(`/proc/${pid}/fd/${fd}`).catch(() => '');
      const inode = /^socket:\[([0-9]+)\]$/.exec(target)?.[1];
      if (inode === undefined || !inodes.has(inode) || owners.has(inode)) continue;
      owners.set(inode, { pid: Number(pid), command: await readCommand(pid) });
    }
    if (owners.size === inodes.size) break;
  }
  return owners;
}

/** Characters of a program's name that are told. */
const NAME_LENGTH = 40;

/**
 * The program's name as it was started: /proc/<pid>/comm is the main thread's, which some (Node 24) rename. Arguments
 * may hold passwords, and are left alone.
 */
async function readCommand(pid: string): Promise<string | undefined> {
  const [program = ''] = (await readOrEmpty(`/proc/${pid}/cmdline`)).split('\0');
  const name = basename(program).replace(/[^\x20-\x7e]/g, '?');
  return name === '' ? undefined : name.slice(0, NAME_LENGTH);
}

/** Another user's process, or one that has just ended, has nothing to list. */
async function list(folder: string): Promise<string[]> {
  return readdir(folder).catch(() => []);
}

async function readOrEmpty(file: string): Promise<string> {
  return readFile(file, 'utf8').catch(() => '');
}
