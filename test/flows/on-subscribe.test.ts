import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createDeliveries } from '../../src/flows/delivery.ts';
import { createSubscribeHandler } from '../../src/flows/on-subscribe.ts';
import { device, extension, mac, openDoors } from '../peers/office-doors.ts';

const YEALINK = 'yealink-w52p-25.81.0.10.sip';
const PHONE = '001565f4f9e1';
const SOURCE = { address: '192.168.10.31', port: 5059 };
const TOKEN = 'c'.repeat(32);

function captured(name: string): Buffer {
  return readFileSync(join(import.meta.dirname, '../captured', name));
}

function approved(more: object = {}) {
  return device(PHONE, { state: 'approved', vendorId: 'yealink', extensions: ['101'], token: TOKEN, ...more });
}

function setUp(contents: Parameters<typeof openDoors>[0] = {}) {
  const opened = openDoors({ extensions: [extension('101')], ...contents });
  const deliveries = createDeliveries(opened.doors);
  const hear = createSubscribeHandler(opened.doors, deliveries);
  return { ...opened, deliveries, hear, steps: () => opened.journey.map(({ step }) => step) };
}

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

test('an unknown phone is remembered as pending and not answered', () => {
  const { hear, office, sent, notifies, journey } = setUp();
  hear({ data: captured(YEALINK), ...SOURCE });
  expect(office.findDevice(mac(PHONE))).toMatchObject({
    state: 'pending',
    vendorId: 'yealink',
    address: SOURCE.address,
  });
  expect(sent).toEqual([]);
  expect(notifies).toEqual([]);
  expect(journey).toMatchObject([{ step: 'seen', reason: 'new phone' }]);
});

test('a pending phone is answered without NOTIFY when the site wants it', () => {
  const { hear, sent, notifies } = setUp({ site: { answerPending: true } });
  hear({ data: captured(YEALINK), ...SOURCE });
  expect(sent.map(({ data }) => data.split('\r\n')[0])).toEqual(['SIP/2.0 200 OK']);
  expect(notifies).toEqual([]);
});

test('an approved phone gets 200 and a NOTIFY with its URL, to the port it sent from', () => {
  const { hear, sent, notifies, steps } = setUp({ devices: [approved()] });
  hear({ data: captured(YEALINK), ...SOURCE });
  expect(sent).toHaveLength(1);
  expect(sent[0]).toMatchObject({ from: '192.168.10.2', to: SOURCE });
  expect(sent[0]?.data).toContain('\r\nExpires: 0\r\n');
  expect(notifies).toMatchObject([
    {
      event: 'ua-profile',
      localAddress: '192.168.10.2',
      body: { contentType: 'application/url', text: `http://192.168.10.2:8060/p/${TOKEN}/` },
    },
  ]);
  expect(steps()).toEqual(['seen', 'answered', 'notified']);
});

test('every copy of a SUBSCRIBE gets the same 200 and no second NOTIFY', () => {
  const { hear, sent, notifies, journey, settings } = setUp({ devices: [approved()] });
  for (let copy = 0; copy < 5; copy += 1) {
    hear({ data: captured(YEALINK), ...SOURCE });
    settings.now += 2_000;
  }
  expect(sent).toHaveLength(5);
  expect(new Set(sent.map(({ data }) => data)).size).toBe(1);
  expect(notifies).toHaveLength(1);
  expect(journey.filter(({ step }) => step === 'seen')).toHaveLength(1);
});

test('a second boot is a new exchange', () => {
  const { hear, notifies, settings } = setUp({ devices: [approved()] });
  hear({ data: captured(YEALINK), ...SOURCE });
  settings.now += 60_000;
  const again = Buffer.from(captured(YEALINK).toString('latin1').replaceAll('1536537630', '99999'), 'latin1');
  hear({ data: again, ...SOURCE });
  expect(notifies).toHaveLength(2);
  expect(notifies[0]?.signal?.aborted).toBe(true);
});

test('a blocked phone is met with silence', () => {
  const { hear, sent, notifies, journey } = setUp({ devices: [device(PHONE, { state: 'blocked' })] });
  hear({ data: captured(YEALINK), ...SOURCE });
  expect([sent, notifies]).toEqual([[], []]);
  expect(journey).toMatchObject([{ step: 'seen', reason: 'the phone is blocked' }]);
});

test('a phone that moved is answered at its new address, and the journey says so', () => {
  const { hear, sent, journey } = setUp({ devices: [approved({ address: '192.168.10.77' })] });
  hear({ data: captured(YEALINK), ...SOURCE });
  expect(sent[0]?.to).toEqual(SOURCE);
  expect(journey[0]).toMatchObject({ step: 'moved', detail: { from: '192.168.10.77', to: SOURCE.address } });
});

test('a sender that is not on a served LAN is not answered', () => {
  const { hear, office, sent } = setUp({ devices: [approved()] });
  hear({ data: captured(YEALINK), address: '203.0.113.9', port: 5060 });
  expect(sent).toEqual([]);
  expect(office.findDevice(mac(PHONE))?.lastSeenAt).toBeNull();
});

test.each([
  ['garbage', 'hello'],
  ['a REGISTER', 'REGISTER sip:x SIP/2.0\r\nVia: SIP/2.0/UDP 1.2.3.4\r\nCSeq: 1 REGISTER\r\n\r\n'],
  ['a presence SUBSCRIBE', captured(YEALINK).toString('latin1').replace('Event: ua-profile', 'Event: presence')],
])('%s is never answered', (_case, text) => {
  const { hear, office, sent, journey } = setUp({ site: { answerPending: true } });
  hear({ data: Buffer.from(text, 'latin1'), ...SOURCE });
  expect([sent, journey, office.deviceCount()]).toEqual([[], [], 0]);
});

test('a phone that does not say its MAC is found in the neighbour table', async () => {
  const { hear, office, neighbours } = setUp();
  const source = { address: '192.168.10.37', port: 5060 };
  neighbours.set(source.address, mac('00908f112233'));
  hear({ data: captured('audiocodes-440hd-2.2.2.sip'), ...source });
  await vi.advanceTimersByTimeAsync(0);
  expect(office.findDevice(mac('00908f112233'))).toMatchObject({ vendorId: null, model: '440HD' });
});

test('a missing neighbour entry is made by a keep-alive, which is no answer', async () => {
  const { hear, office, neighbours, sent } = setUp();
  const source = { address: '192.168.10.37', port: 5060 };
  hear({ data: captured('audiocodes-440hd-2.2.2.sip'), ...source });
  await vi.advanceTimersByTimeAsync(1);
  expect(sent.map(({ data }) => data)).toEqual(['\r\n\r\n']);
  neighbours.set(source.address, mac('00908f112233'));
  await vi.advanceTimersByTimeAsync(500);
  expect(office.deviceCount()).toBe(1);
});

test('an approval is delivered into the last SUBSCRIBE, then by check-sync, then the technician is told', async () => {
  const { hear, office, notifies, journey } = setUp();
  hear({ data: captured(YEALINK), ...SOURCE });
  const pending = office.findDevice(mac(PHONE));
  if (pending === undefined) throw new Error('not seen');
  await office.commit({ devices: [{ ...pending, state: 'approved', extensions: ['101'], token: TOKEN }] });
  expect(notifies).toMatchObject([{ event: 'ua-profile', dialog: { callId: '1536537630@10.1.3.239' } }]);
  notifies[0]?.answer({ kind: 'acknowledged', status: 200, afterMs: 3, copies: 1 });
  await vi.advanceTimersByTimeAsync(9_999);
  expect(notifies).toHaveLength(1);
  await vi.advanceTimersByTimeAsync(1);
  expect(notifies[1]).toMatchObject({ event: 'check-sync;reboot=false', credentials: { username: '101' } });
  expect(notifies[1]?.cseq).toBeGreaterThanOrEqual(notifies[0]?.cseq ?? 0);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(journey.map(({ step }) => step)).toEqual(['seen', 'notified', 'acknowledged', 'resynced', 'stalled']);
  expect(journey.at(-1)?.reason).toContain('power-cycle the phone');
});

test.each([
  ['the phone itself', mac(PHONE), true],
  ['another one', mac('001565000001'), false],
  ['somebody whom the table does not know', undefined, false],
])('an order’s challenge is answered by the neighbour table: %s at that address', async (_who, neighbour, may) => {
  const { hear, office, notifies, neighbours, deliveries, journey } = setUp({ devices: [approved()] });
  hear({ data: captured(YEALINK), ...SOURCE });
  const now = office.findDevice(mac(PHONE));
  if (now === undefined) throw new Error('not seen');
  if (neighbour !== undefined) neighbours.set(SOURCE.address, neighbour);
  deliveries.deliver(now, 'resync');
  expect(await notifies[1]?.mayProve?.()).toBe(may);
  const reasons = journey.filter(({ step }) => step === 'refused').map(({ reason }) => reason);
  const refusal = '192.168.10.31 wants proof of the password, and by the neighbour table it is not this phone';
  expect(reasons).toEqual(may ? [] : [refusal]);
});

test('a fetched file ends the delivery', async () => {
  const { hear, deliveries, journey, notifies } = setUp({ devices: [approved()] });
  hear({ data: captured(YEALINK), ...SOURCE });
  deliveries.fetched(mac(PHONE));
  await vi.advanceTimersByTimeAsync(120_000);
  expect(notifies).toHaveLength(1);
  expect(journey.some(({ step }) => step === 'stalled')).toBe(false);
});

test('a NOTIFY that is refused or never answered is in the journey', async () => {
  const { hear, notifies, journey } = setUp({ devices: [approved()] });
  hear({ data: captured(YEALINK), ...SOURCE });
  notifies[0]?.answer({ kind: 'rejected', status: 489, reason: 'Bad Event' });
  await vi.advanceTimersByTimeAsync(0);
  expect(journey.at(-1)).toMatchObject({ step: 'refused', reason: expect.stringContaining('489 Bad Event') });
});

test('copies of what was heard before the approval get their 200 after it, and no second NOTIFY', async () => {
  const { hear, office, notifies, sent } = setUp();
  hear({ data: captured(YEALINK), ...SOURCE });
  const pending = office.findDevice(mac(PHONE));
  if (pending === undefined) throw new Error('not seen');
  await office.commit({ devices: [{ ...pending, state: 'approved', extensions: ['101'], token: TOKEN }] });
  hear({ data: captured(YEALINK), ...SOURCE });
  hear({ data: captured(YEALINK), ...SOURCE });
  expect(sent.map(({ data }) => data.split('\r\n')[0])).toEqual(['SIP/2.0 200 OK', 'SIP/2.0 200 OK']);
  expect(sent[0]?.data).toBe(sent[1]?.data);
  expect(notifies).toHaveLength(1);
});

test('whoever asks in the name of another phone is refused, and takes nothing over', async () => {
  const { hear, office, sent, notifies, neighbours, journey } = setUp({
    devices: [approved({ address: '192.168.10.77' })],
  });
  neighbours.set(SOURCE.address, mac('001565999999'));
  hear({ data: captured(YEALINK), ...SOURCE });
  await vi.advanceTimersByTimeAsync(1_000);
  expect(sent.map(({ data }) => data)).toEqual(['\r\n\r\n']);
  expect(notifies).toEqual([]);
  expect(office.findDevice(mac(PHONE))?.address).toBe('192.168.10.77');
  expect(journey).toMatchObject([{ step: 'refused', reason: expect.stringContaining('00:15:65:99:99:99') }]);
});

test('a new phone at the address of an old one is heard as soon as the table knows it', async () => {
  const { hear, office, neighbours } = setUp();
  neighbours.set(SOURCE.address, mac('001565999999'));
  hear({ data: captured(YEALINK), ...SOURCE });
  await vi.advanceTimersByTimeAsync(100);
  neighbours.set(SOURCE.address, mac(PHONE));
  await vi.advanceTimersByTimeAsync(200);
  expect(office.findDevice(mac(PHONE))).toMatchObject({ state: 'pending', address: SOURCE.address });
});

function madeUp(number: number): Buffer {
  const digits = (0x0015_6500_0000 + number).toString(16).padStart(12, '0');
  const text = captured(YEALINK).toString('latin1').replaceAll(PHONE, digits).replaceAll('1536537630', `c${number}`);
  return Buffer.from(text, 'latin1');
}

test('made-up MAC addresses fill no memory: the list of undecided phones has an end', () => {
  const { hear, office } = setUp();
  for (let number = 0; number < 10_050; number += 1) hear({ data: madeUp(number), address: '127.0.0.1', port: 5059 });
  expect(office.deviceCount()).toBe(10_000);
});

test('one address cannot crowd out the phones of all others', () => {
  const { hear, office } = setUp();
  for (let number = 0; number < 200; number += 1) hear({ data: madeUp(number), ...SOURCE });
  expect(office.deviceCount()).toBe(64);
  hear({ data: madeUp(300), address: '192.168.10.99', port: 5059 });
  expect(office.deviceCount()).toBe(65);
});

test('a flood in the name of one phone ends in its journey with a word, and decisions are told all the same', () => {
  const { hear, office, journey } = setUp({ devices: [device(PHONE, { state: 'blocked' })] });
  for (let number = 0; number < 1_000; number += 1) {
    const text = captured(YEALINK).toString('latin1').replaceAll('1536537630', `flood${number}`);
    // From this host itself, which nothing slows down.
    hear({ data: Buffer.from(text, 'latin1'), address: '127.0.0.1', port: 5059 });
  }
  expect(journey).toHaveLength(200);
  expect(journey.at(-1)).toMatchObject({
    step: 'refused',
    reason: expect.stringContaining('nothing more is recorded'),
  });
  office.record({ mac: mac(PHONE), at: 1_000_000, step: 'approved', reason: '', detail: {} });
  expect(journey.at(-1)?.step).toBe('approved');
});

test('blocking a phone ends what is being delivered to it', async () => {
  const { hear, office, notifies } = setUp({ devices: [approved()] });
  hear({ data: captured(YEALINK), ...SOURCE });
  const now = office.findDevice(mac(PHONE));
  if (now === undefined) throw new Error('not seen');
  await office.commit({ devices: [{ ...now, state: 'blocked', token: null }] });
  expect(notifies[0]?.signal?.aborted).toBe(true);
});
