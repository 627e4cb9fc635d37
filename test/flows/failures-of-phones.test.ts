import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as answered } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { createConfigCache } from '../../src/flows/config-cache.ts';
import { createDeliveries } from '../../src/flows/delivery.ts';
import { createSubscribeHandler } from '../../src/flows/on-subscribe.ts';
import { type ConfigRequest, createConfigServer } from '../../src/flows/serve-config.ts';
import { openTemplateSet } from '../../src/render/template-set.ts';
import { vendors } from '../../src/vendors/all.ts';
import { device, extension, mac, openDoors } from '../peers/office-doors.ts';

/** What phones and others do at the phones' doors, and who comes into quarantine by it. */
const PHONE = '001565f4f9e1';
const OTHER = '001565f4f9e2';
const TOKEN = 'd'.repeat(32);
const ADDRESS = '192.168.10.31';
const STRANGER = '192.168.10.66';
const STRANGER_MAC = '020000000066';

async function setUp() {
  const opened = openDoors({
    devices: [
      device(PHONE, { state: 'approved', vendorId: 'yealink', model: 'T46S', extensions: ['101'], token: TOKEN }),
      device(OTHER, { state: 'pending', vendorId: 'yealink', model: 'T46S' }),
    ],
    extensions: [extension('101')],
  });
  opened.neighbours.set(ADDRESS, mac(PHONE));
  opened.neighbours.set('192.168.10.32', mac(OTHER));
  opened.neighbours.set(STRANGER, mac(STRANGER_MAC));
  const { counters, clock, phonePort } = opened.doors;
  const templates = await openTemplateSet({ vendors, siteDir: '/nonexistent', signal: new AbortController().signal });
  const cache = createConfigCache({ office: opened.office, templates, counters, clock, phonePort });
  const deliveries = { deliver: () => undefined, fetched: () => undefined, stop: () => undefined };
  const serveConfig = createConfigServer(opened.doors, deliveries, cache, async () => false);
  async function ask(source: string, path: string, token: string | null = null) {
    const request: ConfigRequest = {
      method: 'GET',
      token,
      path,
      source,
      localAddress: '192.168.10.2',
      userAgent: 'Yealink SIP-T46S 66.86.0.15',
      isSecure: false,
      clientMac: null,
    };
    const { kind } = await serveConfig(request);
    // What is told of a refusal is told after the answer.
    await answered();
    return kind;
  }
  const reasons = () => opened.quarantine.list().map(({ address, reason }) => `${address} ${reason}`);
  return { ...opened, ask, reasons };
}

const BOOT = [
  'y000000000028.boot',
  `${PHONE}.boot`,
  'y000000000028.cfg',
  `${PHONE}.cfg`,
  'lang.txt',
  `${PHONE}-rsc.cfg`,
];

test('a phone that boots a hundred times with a dead token, and asks for what it need not find, stays free', async () => {
  const { ask, reasons } = await setUp();
  const kinds = new Set<string>();
  for (let boot = 0; boot < 100; boot++) for (const path of BOOT) kinds.add(await ask(ADDRESS, path, 'a'.repeat(32)));
  expect(kinds).toContain('file');
  expect(kinds).toContain('not-found');
  expect(reasons()).toEqual([]);
});

test('a phone that waits for approval asks on the doorstep as long as it likes', async () => {
  const { ask, reasons } = await setUp();
  for (let boot = 0; boot < 100; boot++) {
    for (const path of BOOT) await ask('192.168.10.32', path.replace(PHONE, OTHER));
  }
  expect(reasons()).toEqual([]);
});

test('whoever guesses tokens comes into quarantine', async () => {
  const { ask, reasons } = await setUp();
  for (let guess = 0; guess < 11; guess++) {
    expect(await ask(STRANGER, `${PHONE}.cfg`, guess.toString(16).padStart(32, '0'))).toBe('not-found');
  }
  expect(reasons()).toEqual([`${STRANGER} bad-token`]);
});

test('a person who tries a phone’s URL in a browser, again and again, stays free', async () => {
  const { ask, reasons } = await setUp();
  for (let reload = 0; reload < 200; reload++) expect(await ask(STRANGER, `${PHONE}.cfg`, TOKEN)).toBe('not-found');
  expect(reasons()).toEqual([]);
});

test('whoever goes through the files of other phones comes into quarantine, with a stolen URL or on the doorstep', async () => {
  for (const token of [TOKEN, null]) {
    const { ask, reasons } = await setUp();
    for (let index = 0; index < 11; index++) {
      expect(await ask(STRANGER, `0015650000${index.toString(16).padStart(2, '0')}.cfg`, token)).toBe('not-found');
    }
    expect(reasons()).toEqual([`${STRANGER} contradiction`]);
  }
});

test('whoever speaks in the name of several phones is not heard any more, but may ask by HTTP', async () => {
  const { doors, neighbours, quarantine } = await setUp();
  const hear = createSubscribeHandler(doors, createDeliveries(doors));
  const text = readFileSync(join(import.meta.dirname, '../captured/yealink-w52p-25.81.0.10.sip'), 'latin1');
  neighbours.set(STRANGER, mac(STRANGER_MAC));
  for (let index = 0; index < 11; index++) {
    const claimed = (0x0015_6500_0000 + index).toString(16).padStart(12, '0');
    hear({ data: Buffer.from(text.replaceAll(PHONE, claimed), 'latin1'), address: STRANGER, port: 5059 });
  }
  await expect.poll(() => quarantine.list(), { timeout: 5_000 }).toMatchObject([{ reason: 'false-name' }]);
  expect(doors.sources.hears(STRANGER)).toBe(false);
  expect(quarantine.find(STRANGER, 'http')).toBeUndefined();
});

test('a flood of garbage mutes its sender, unless that is an approved phone’s address', async () => {
  const { doors, quarantine } = await setUp();
  const hear = createSubscribeHandler(doors, createDeliveries(doors));
  for (let index = 0; index < 400; index++) {
    hear({ data: Buffer.from(`garbage ${index}`), address: STRANGER, port: 5060 });
    hear({ data: Buffer.from(`garbage ${index}`), address: ADDRESS, port: 5060 });
  }
  expect(quarantine.list()).toMatchObject([{ address: STRANGER, reason: 'malformed-sip' }]);
  expect(doors.counters.read().datagramsQuarantined).toBeGreaterThan(100);
});
