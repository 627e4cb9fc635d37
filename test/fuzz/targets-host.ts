import { Secret } from '../../src/core/secret.ts';
import { parseIgmpTable } from '../../src/lan/parse-igmp-table.ts';
import { parseIptablesRules } from '../../src/lan/parse-iptables-rules.ts';
import { parseNeighbourTable } from '../../src/lan/parse-neighbour-table.ts';
import { parseNftRules } from '../../src/lan/parse-nft-rules.ts';
import { parseRouteTable } from '../../src/lan/parse-route-table.ts';
import { readTimeOffset } from '../../src/lan/parse-sntp.ts';
import { parseTcpListeners, parseUdpTable } from '../../src/lan/parse-udp-table.ts';
import { readChronyc, readTimedatectl } from '../../src/lan/read-clock-status.ts';
import { BackupError } from '../../src/store/backup/backup-error.ts';
import { MANIFEST_NAME, parseManifest } from '../../src/store/backup/backup-manifest.ts';
import { readBackup } from '../../src/store/backup/backup-reader.ts';
import { createByteReader } from '../../src/store/backup/byte-reader.ts';
import { isSafeName, unpackEntries } from '../../src/store/backup/entries.ts';
import { formatHeaderSum } from '../../src/store/backup/format-backup-header.ts';
import { parseBackupHeader } from '../../src/store/backup/parse-backup-header.ts';
import { MIGRATIONS } from '../../src/store/migrations/all.ts';
import { demand, type FuzzTarget } from './fuzz-target.ts';

/** The one that the kept backup was made with. */
const PASSPHRASE = new Secret('correct horse battery staple');

export const HOST_TARGETS: readonly FuzzTarget[] = [
  {
    name: 'proc-tables',
    words: [
      '00000000',
      '0100000A',
      '0x2',
      '00:15:65:aa:bb:cc',
      'eth0',
      '0A',
      '07',
      ':13C4',
      '-A INPUT -j DROP\n',
      '"nftables":[',
      '"drop":null',
      '-P INPUT DROP\n',
      'NTPSynchronized=yes\n',
    ],
    largest: 200_000,
    run(data) {
      const text = data.toString('latin1');
      return [
        parseIgmpTable(text, 'LE'),
        parseNeighbourTable(text),
        parseRouteTable(text),
        parseUdpTable(text, 'LE'),
        parseTcpListeners(text, 'BE'),
        parseIptablesRules(text),
        parseNftRules(text),
        readTimedatectl(text),
        readChronyc(text),
      ];
    },
    growth: 64,
  },
  {
    name: 'sntp',
    words: ['cookie!!', '\x24\x01', '\xe4', '\xff\xff\xff\xff'],
    largest: 2_000,
    run(data) {
      const offset = readTimeOffset(data, { cookie: Buffer.from('cookie!!'), sentAt: 1e12, now: 1e12 + 10 });
      if (offset.ok) demand(Number.isFinite(offset.value), 'an offset is a number');
      return offset;
    },
  },
  {
    name: 'backup',
    words: ['plugtone-backup 1\n', '\n', '"memoryKiB":8', '}'],
    largest: 300_000,
    patienceMs: 200,
    run: (data) => refusedOr(() => openWhole(data)),
  },
  {
    name: 'backup-header',
    words: ['"kdf":"argon2id"', '"memoryKiB":', '"passes":', '"lanes":', '"salt":"', '1048577', '\n', '{', '}'],
    largest: 5_000,
    run: (data) =>
      refusedOr(async () => {
        // With the sum as it should be: whoever forges a header can count.
        const [magic = '', second = '', tag = ''] = data.toString('latin1').split('\n');
        const { making } = parseBackupHeader([magic, second, tag, formatHeaderSum(`${magic}\n${second}\n`, tag)]);
        demand(making.memoryKiB <= 1_048_576, 'a forged header does not take the memory');
        return making;
      }),
  },
  {
    name: 'backup-inside',
    words: [
      '\0\0\0\0',
      '\0\0\0\x20',
      '{"name":"manifest.json","bytes":10}',
      '"name":"../x"',
      '"bytes":-1',
      '"bytes":9e15',
      '"schema":[',
      'data/plugtone.db',
    ],
    largest: 300_000,
    run: (data) => refusedOr(() => unpack(data)),
  },
];

/** Reading a backup says no by this one error. */
async function refusedOr(read: () => Promise<unknown>): Promise<unknown> {
  try {
    return await read();
  } catch (cause) {
    if (cause instanceof BackupError) return cause.message;
    throw cause;
  }
}

async function openWhole(data: Buffer): Promise<unknown> {
  const { manifest, entries } = await readBackup(inPieces(data), PASSPHRASE);
  const names: unknown[] = [];
  for await (const { name, content } of entries) {
    let bytes = 0;
    for await (const piece of content) bytes += piece.length;
    names.push([name, bytes]);
  }
  return [manifest, names];
}

async function unpack(data: Buffer): Promise<unknown> {
  const names: unknown[] = [];
  for await (const { name, content } of unpackEntries(createByteReader(inPieces(data)))) {
    const pieces: Buffer[] = [];
    for await (const piece of content) pieces.push(piece);
    const bytes = Buffer.concat(pieces);
    demand(isSafeName(name), 'a file stays in its folder');
    if (name === MANIFEST_NAME) names.push(parseManifest(bytes, Object.keys(MIGRATIONS)));
    names.push([name, bytes.length]);
  }
  return names;
}

async function* inPieces(data: Buffer): AsyncGenerator<Buffer> {
  for (let at = 0; at < data.length; at += 4_096) yield data.subarray(at, at + 4_096);
}
