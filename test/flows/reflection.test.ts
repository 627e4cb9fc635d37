import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createDeliveries } from '../../src/flows/delivery.ts';
import { createSubscribeHandler } from '../../src/flows/on-subscribe.ts';
import { createNotifyClient } from '../../src/sip/notify-client.ts';
import { device, extension, mac, openDoors } from '../peers/office-doors.ts';

/** An attacker on the LAN sends SUBSCRIBEs in an approved phone's name, with the address of a victim as their sender. */
const PHONE = '001565f4f9e1';
const VICTIM = '192.168.10.66';
const VICTIM_MAC = mac('020000000066');
const CAPTURED = join(import.meta.dirname, '../captured');
const YEALINK = readFileSync(join(CAPTURED, 'yealink-w52p-25.81.0.10.sip'), 'latin1');

let end = new AbortController();
beforeEach(() => {
  vi.useFakeTimers();
  end = new AbortController();
});
afterEach(() => {
  end.abort();
  vi.useRealTimers();
});

function setUp(phone = PHONE, vendorId = 'yealink') {
  const opened = openDoors({
    extensions: [extension('101')],
    devices: [device(phone, { state: 'approved', vendorId, extensions: ['101'], token: 'c'.repeat(32) })],
  });
  const out: { readonly to: string; readonly bytes: number }[] = [];
  const sockets = {
    portOf: () => 40_000,
    send: (_from: string, data: Buffer, to: { readonly address: string }) =>
      void out.push({ to: to.address, bytes: data.length }),
  };
  const { notify } = createNotifyClient({ sockets, signal: end.signal });
  const doors = { ...opened.doors, sip: { ...sockets, notify } };
  const deliveries = createDeliveries(doors);
  const handle = createSubscribeHandler(doors, deliveries);
  let bytesIn = 0;
  return {
    ...opened,
    out,
    bytesIn: () => bytesIn,
    bytesOut: () => out.reduce((sum, { bytes }) => sum + bytes, 0),
    /** Each one is a new boot: fresh Call-ID and tags. */
    subscribe(address: string, boot: number, text = YEALINK) {
      const data = Buffer.from(text.replaceAll('1536537630', `forged${boot}`), 'latin1');
      bytesIn += data.length;
      handle({ data, address, port: 5060 });
    },
  };
}

test('a victim that is there gets two datagrams in all: from then on the neighbour table knows better', async () => {
  const { subscribe, out, neighbours } = setUp();
  subscribe(VICTIM, 0);
  // The kernel had to ask for its MAC address to send.
  neighbours.set(VICTIM, VICTIM_MAC);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(out).toHaveLength(2);
  for (let boot = 1; boot <= 100; boot++) {
    subscribe(VICTIM, boot);
    await vi.advanceTimersByTimeAsync(1_000);
  }
  // What is refused makes the kernel look again (RFC 5626 3.5.1 keep-alive): 4 bytes, where the SUBSCRIBE had hundreds.
  expect(out.slice(2).map(({ bytes }) => bytes)).toEqual(Array.from({ length: out.length - 2 }, () => 4));
  expect(out.length - 2).toBeLessThanOrEqual(100);
});

test('an address where nobody is gets two datagrams for each SUBSCRIBE, never more, and after 30 of them two a second', async () => {
  const { subscribe, out } = setUp();
  for (let boot = 0; boot < 30; boot++) {
    subscribe(VICTIM, boot);
    await vi.advanceTimersByTimeAsync(10);
  }
  expect(out).toHaveLength(60);
  for (let boot = 30; boot < 1_030; boot++) {
    subscribe(VICTIM, boot);
    await vi.advanceTimersByTimeAsync(10);
  }
  await vi.advanceTimersByTimeAsync(60_000);
  expect(out.length).toBeLessThanOrEqual(60 + 2 * 11);
});

test('the phone itself as the victim: only the last of its dialogs is repeated, as long as RFC 3261 wants', async () => {
  const { subscribe, out, neighbours } = setUp();
  neighbours.set(VICTIM, mac(PHONE));
  for (let boot = 0; boot < 5; boot++) {
    subscribe(VICTIM, boot);
    await vi.advanceTimersByTimeAsync(100);
  }
  expect(out).toHaveLength(10);
  await vi.advanceTimersByTimeAsync(60_000);
  // Timer E until timer F (RFC 3261 17.1.2.2): 0.5, 1.5, 3.5, 7.5 … 31.5 s.
  expect(out).toHaveLength(10 + 10);
});

test('an address off the link gets nothing', async () => {
  const { subscribe, out } = setUp();
  for (let boot = 0; boot < 20; boot++) subscribe('198.51.100.7', boot);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(out).toEqual([]);
});

/** The shortest request that is still heard as a phone's, by hand: the worst case for what comes back. */
const SHORTEST = [
  `SUBSCRIBE sip:MAC${PHONE}@a SIP/2.0`,
  'v:SIP/2.0/UDP a;branch=z9hG4bK1',
  'f:<sip:a>;tag=1536537630',
  't:<sip:a>',
  'i:1536537630',
  'CSeq:1 SUBSCRIBE',
  'm:<sip:a>',
  'o:ua-profile',
  'l:0',
  '\r\n',
].join('\r\n');

test('what comes back is at most twice of what phones send, and 4.5 times of the shortest SUBSCRIBE', async () => {
  const factors = new Map<string, number>();
  const measure = (name: string, text: string, phone: string) => {
    const { subscribe, bytesIn, bytesOut, out } = setUp(phone);
    subscribe(VICTIM, 1, text);
    if (out.length > 0) {
      expect(out).toHaveLength(2);
      factors.set(name, bytesOut() / bytesIn());
    }
  };
  for (const name of readdirSync(CAPTURED).filter((file) => file.endsWith('.sip'))) {
    const text = readFileSync(join(CAPTURED, name), 'latin1');
    const phone = /MAC(?:%3a)?([0-9a-f]{12})/i.exec(text)?.[1];
    if (phone !== undefined) measure(name, text, phone.toLowerCase());
  }
  measure('shortest', SHORTEST, PHONE);
  expect(factors.size).toBeGreaterThanOrEqual(4);
  for (const [name, factor] of factors) expect(factor).toBeLessThan(name === 'shortest' ? 4.5 : 2.1);
});
