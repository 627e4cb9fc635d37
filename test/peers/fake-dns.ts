import { createSocket } from 'node:dgram';
import { onTestFinished } from 'vitest';

/** What is answered for a name: its A records; `nxdomain`, `servfail`, `no-records`; `silent`. */
export type DnsAnswer = readonly string[] | 'nxdomain' | 'servfail' | 'no-records' | 'silent';

export interface FakeDns {
  /** `127.0.0.1:port`, as a resolver wants it. */
  readonly server: string;
  /** Names that were asked for, in order. */
  readonly asked: readonly string[];
  answer(next: DnsAnswer): void;
}

/** RFC 1035 4.1.1: response codes. */
const RCODE = { ok: 0, servfail: 2, nxdomain: 3 };
const HEADER_BYTES = 12;

/** A name server on 127.0.0.1 (RFC 1035, UDP) that knows one answer for all names. Gone when the test ends. */
export async function startFakeDns(first: DnsAnswer): Promise<FakeDns> {
  const socket = createSocket('udp4');
  const asked: string[] = [];
  let current = first;
  socket.on('message', (query, { port, address }) => {
    const { name, end } = readQuestion(query);
    asked.push(name);
    if (current === 'silent') return;
    socket.send(buildAnswer(query, end, current), port, address);
  });
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  onTestFinished(() => void socket.close());
  return {
    server: `127.0.0.1:${socket.address().port}`,
    asked,
    answer(next) {
      current = next;
    },
  };
}

function readQuestion(query: Buffer): { readonly name: string; readonly end: number } {
  const labels: string[] = [];
  let at = HEADER_BYTES;
  for (let length = query[at] ?? 0; length > 0; length = query[at] ?? 0) {
    labels.push(query.toString('latin1', at + 1, at + 1 + length));
    at += 1 + length;
  }
  // The root label, type and class.
  return { name: labels.join('.'), end: at + 5 };
}

function buildAnswer(query: Buffer, end: number, answer: Exclude<DnsAnswer, 'silent'>): Buffer {
  const addresses = typeof answer === 'string' ? [] : answer;
  const code = answer === 'nxdomain' ? RCODE.nxdomain : answer === 'servfail' ? RCODE.servfail : RCODE.ok;
  const head = Buffer.alloc(HEADER_BYTES);
  query.copy(head, 0, 0, 2);
  // An answer, recursion desired and available.
  head.writeUInt16BE(0x8180 | code, 2);
  head.writeUInt16BE(1, 4);
  head.writeUInt16BE(addresses.length, 6);
  const records = addresses.map((address) => {
    const record = Buffer.alloc(16);
    // RFC 1035 4.1.4: the name is that of the question.
    record.writeUInt16BE(0xc000 | HEADER_BYTES, 0);
    record.writeUInt16BE(1, 2);
    record.writeUInt16BE(1, 4);
    record.writeUInt32BE(60, 6);
    record.writeUInt16BE(4, 10);
    Buffer.from(address.split('.').map(Number)).copy(record, 12);
    return record;
  });
  return Buffer.concat([head, query.subarray(HEADER_BYTES, end), ...records]);
}
