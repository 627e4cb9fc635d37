import { setTimeout as sleep } from 'node:timers/promises';
import { beforeEach, expect, test, vi } from 'vitest';
import { vendors } from '../../src/vendors/all.ts';
import { mac } from '../peers/office-doors.ts';
import { describeOffice } from './describe-lab.ts';
import { type LabPhone, type PhoneLab, WAIT } from './phone-lab.ts';

const vendor = vendors.find(({ macPrefixes }) => macPrefixes.includes('001565')) ?? vendors[0];

function phone(serial: string, address: string): LabPhone {
  if (vendor === undefined) throw new Error('there are no vendors');
  return { host: 'pha', vendor, mac: mac(`001565${serial}`), address };
}

const PHONE = phone('7a0001', '10.77.4.11');
const STRANGER = phone('7a0002', '10.77.4.66');
const PHONES_SERVER = 'http://10.77.0.2:8060';

/** So many datagrams from an address of the host, as fast as they leave. */
const FLOOD = `
  const [address, count] = process.argv.slice(1);
  const socket = require('node:dgram').createSocket('udp4');
  socket.bind(0, address, () => {
    socket.setMulticastInterface(address);
    let left = Number(count);
    (function send() {
      if (left-- > 0) socket.send('garbage ' + left, 5060, '224.0.1.75', send);
      else socket.close();
    })();
  });`;

describeOffice('at the gates of the appliance', [], ({ open }) => {
  let lab: PhoneLab;

  beforeEach(async () => {
    lab = await open();
    lab.plug(PHONE, STRANGER);
    await lab.serve();
    await lab.approve({ mac: PHONE.mac, extension: '101', password: 'Geheim101x' });
  });

  const ownFiles = () =>
    lab.steps(PHONE).filter((step) => step.kind === 'fetched' && step.isOwnFile && step.fetch.status === 200).length;
  async function bootsWell(): Promise<void> {
    const before = ownFiles();
    await lab.boot(PHONE);
    await vi.waitFor(() => expect(ownFiles()).toBeGreaterThan(before), WAIT);
  }
  const inQuarantine = async () => (await lab.api('GET', 'quarantine')).body.items;

  test('whoever guesses tokens is cut off, by its MAC address, until somebody releases it; the phone notices nothing', async () => {
    await bootsWell();
    const guess = async (number: number) =>
      (await lab.get(STRANGER, `${PHONES_SERVER}/p/${number.toString(16).padStart(32, '0')}/a.cfg`)).status;
    for (let number = 0; number < 11; number++) expect(await guess(number)).toBe(404);
    await vi.waitFor(async () => expect(await guess(11)).toBe(0), WAIT);
    expect(await inQuarantine()).toMatchObject([{ address: STRANGER.address, mac: STRANGER.mac, reason: 'bad-token' }]);
    await bootsWell();
    expect(await lab.command('quarantine', 'release', STRANGER.address)).toContain('is released');
    await vi.waitFor(async () => expect(await guess(12)).toBe(404), WAIT);
    expect(await inQuarantine()).toEqual([]);
  }, 60_000);

  test('a flood of garbage from a phone’s address is cut by its rate, and over with its end', async () => {
    await bootsWell();
    lab.office.run('pha', process.execPath, '-e', FLOOD, PHONE.address, '20000');
    expect(await lab.counted('datagrams_limited')).toBeGreaterThan(1_000);
    expect(await inQuarantine()).toEqual([]);
    await sleep(1_000);
    await bootsWell();
  }, 60_000);

  test('the same flood from nobody’s phone is not heard any more, and keeps out of nothing else', async () => {
    // The neighbour table must know it: an address where nobody is cannot be meant.
    await lab.get(STRANGER, `${PHONES_SERVER}/a.cfg`);
    lab.office.run('pha', process.execPath, '-e', FLOOD, STRANGER.address, '20000');
    expect(await inQuarantine()).toMatchObject([{ mac: STRANGER.mac, reason: 'malformed-sip' }]);
    expect((await lab.get(STRANGER, `${PHONES_SERVER}/a.cfg`)).status).toBe(404);
    await bootsWell();
  }, 60_000);

  test('a rule that drops shuts both doors, and opening them again needs no restart', async () => {
    const rules = [{ action: 'drop', network: '10.77.4.11', protocol: 'both', note: 'a test' }];
    expect((await lab.api('PUT', 'site', { trust: { rules } })).status).toBe(200);
    await lab.boot(PHONE);
    expect((await lab.get(PHONE, `${PHONES_SERVER}/${PHONE.mac}.cfg`)).status).toBe(0);
    await vi.waitFor(async () => expect(await lab.counted('datagrams_filtered')).toBeGreaterThan(0), WAIT);
    expect((await lab.journey(PHONE)).map(({ step }) => step)).not.toContain('seen');
    expect(ownFiles()).toBe(0);
    expect((await lab.api('PUT', 'site', { trust: { rules: [] } })).status).toBe(200);
    await bootsWell();
  }, 60_000);
});
