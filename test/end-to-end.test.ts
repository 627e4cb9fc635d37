import { afterEach, expect, test, vi } from 'vitest';
import { withOffice } from '../src/commands/open-office.ts';
import type { PhoneStep } from '../src/commands/simulated-phone.ts';
import { approveDevice } from '../src/flows/approve-device.ts';
import { vendors } from '../src/vendors/all.ts';
import { mac } from './peers/office-doors.ts';
import { runAppliance } from './peers/running-appliance.ts';

const WAIT = { timeout: 15_000, interval: 20 };
const running: Awaited<ReturnType<typeof runAppliance>>[] = [];

async function start(dataDir?: string) {
  const appliance = await runAppliance(dataDir);
  running.push(appliance);
  return appliance;
}

afterEach(async () => {
  for (const appliance of running.splice(0)) await appliance.remove();
});

function isConfigured(steps: readonly PhoneStep[]): boolean {
  return steps.some((step) => step.kind === 'fetched' && step.isOwnFile && step.fetch.status === 200);
}

test.each(vendors.map((vendor) => [vendor.name, vendor] as const))(
  'a %s phone asks, a person approves, the phone gets its file',
  async (_name, vendor) => {
    const { api, createToken, phone, logged, answers } = await start();
    const token = await createToken('admin');
    const password = 'Geheim-äöü-4711';
    const who = mac(`${vendor.macPrefixes[0]}000001`.slice(0, 12));
    const { steps, close } = await phone(vendor, who);

    await vi.waitFor(async () => expect((await api('GET', `devices/${who}`)).status).toBe(200), WAIT);
    const pending = (await api('GET', `devices/${who}`)).body;
    expect(pending).toMatchObject({ mac: who, state: 'pending', vendor: vendor.id, extension: null });
    expect(steps.map(({ kind }) => kind)).toEqual(['asked']);

    expect((await api('PUT', 'extensions/101', { displayName: 'Empfang', password })).status).toBeLessThan(300);
    expect(
      (await api('PUT', 'site', { settings: { timeZone: 'Europe/Berlin', sipServer: 'pbx.example' } })).status,
    ).toBe(200);
    expect((await api('POST', `devices/${who}/approve`, { extension: '101' })).status).toBe(200);
    await vi.waitFor(() => expect(isConfigured(steps)).toBe(true), WAIT);

    const { items } = (await api('GET', `devices/${who}/journey`)).body;
    const told = items.map(({ step }: { step: string }) => step);
    for (const step of ['seen', 'approved', 'notified', 'acknowledged', 'fetched']) expect(told).toContain(step);
    expect((await api('GET', `devices/${who}`)).body).toMatchObject({ state: 'approved', extension: '101' });
    const preview = (await api('GET', `devices/${who}/config`)).body;
    expect(JSON.stringify(preview)).toContain('pbx.example');

    const seen = [...logged, ...answers].join('\n');
    expect(seen).not.toContain(password);
    expect(seen).not.toContain(token);
    expect(seen).not.toMatch(/\/p\/[0-9a-f]{32}/);
    await close();
  },
);

test('approved ahead, a phone is configured at its first boot, answered once for all copies', async () => {
  const { api, createToken, phone } = await start();
  await createToken('technician');
  const [vendor] = vendors;
  if (vendor === undefined) throw new Error('no vendors');
  const who = mac(`${vendor.macPrefixes[0]}000002`);
  expect((await api('POST', `devices/${who}/approve`, { extension: '102' })).body).toMatchObject({ created: ['102'] });
  const { steps, boot, close } = await phone(vendor, who);
  await vi.waitFor(() => expect(isConfigured(steps)).toBe(true), WAIT);
  expect(steps.map(({ kind }) => kind).slice(0, 3)).toEqual(['asked', 'answered', 'notified']);
  steps.length = 0;
  await boot();
  await vi.waitFor(() => expect(isConfigured(steps)).toBe(true), WAIT);
  await close();
});

test('a running phone that gets another extension fetches its new file', async () => {
  const { api, createToken, phone } = await start();
  await createToken('technician');
  const vendor = vendors.find(({ checkSync }) => checkSync !== null);
  if (vendor === undefined) throw new Error('no vendor takes check-sync');
  const who = mac(`${vendor.macPrefixes[0]}000003`);
  await api('POST', `devices/${who}/approve`, { extension: '101' });
  const { steps, close } = await phone(vendor, who);
  await vi.waitFor(() => expect(isConfigured(steps)).toBe(true), WAIT);
  const oldUrl = steps.find((step) => step.kind === 'fetched' && step.isOwnFile);
  steps.length = 0;
  await api('POST', `devices/${who}/approve`, { extension: '103' });
  await vi.waitFor(() => expect(isConfigured(steps)).toBe(true), WAIT);
  if (oldUrl?.kind !== 'fetched') throw new Error('nothing was fetched');
  expect((await fetch(oldUrl.fetch.url)).status).toBe(404);
  expect((await api('POST', `devices/${who}/resync`, {})).status).toBeLessThan(300);
  await vi.waitFor(() => expect(steps.some(({ kind }) => kind === 'check-sync')).toBe(true), WAIT);
  await close();
});

test('what the command line decides, the running appliance delivers', async () => {
  const { dataDir, phone, api, createToken } = await start();
  await createToken('viewer');
  const [vendor] = vendors;
  if (vendor === undefined) throw new Error('no vendors');
  const who = mac(`${vendor.macPrefixes[0]}000004`);
  const { steps, close } = await phone(vendor, who);
  await vi.waitFor(async () => expect((await api('GET', `devices/${who}`)).status).toBe(200), WAIT);
  await withOffice(dataDir, ({ office }) =>
    approveDevice(office, { mac: who, extensions: ['104'], vendorId: vendor.id, actor: 'command line' }, Date.now()),
  );
  await vi.waitFor(() => expect(isConfigured(steps)).toBe(true), WAIT);
  await close();
});

test('a blocked phone hears nothing, and its URL is dead', async () => {
  const { api, createToken, phone } = await start();
  await createToken('technician');
  const [vendor] = vendors;
  if (vendor === undefined) throw new Error('no vendors');
  const who = mac(`${vendor.macPrefixes[0]}000005`);
  await api('POST', `devices/${who}/approve`, { extension: '101' });
  const { steps, boot, close } = await phone(vendor, who);
  await vi.waitFor(() => expect(isConfigured(steps)).toBe(true), WAIT);
  const own = steps.find((step) => step.kind === 'fetched' && step.isOwnFile);
  if (own?.kind !== 'fetched') throw new Error('nothing was fetched');
  await api('POST', `devices/${who}/block`);
  expect((await fetch(own.fetch.url)).status).toBe(404);
  steps.length = 0;
  await boot();
  const told = async () =>
    (await api('GET', `devices/${who}/journey`)).body.items.map(({ reason }: { reason: string }) => reason);
  await vi.waitFor(async () => expect(await told()).toContain('the phone is blocked'), WAIT);
  expect(steps.map(({ kind }) => kind)).toEqual(['asked']);
  await close();
});

test('after a restart everything that was decided is there', async () => {
  const first = await start();
  await first.createToken('admin');
  const [vendor] = vendors;
  if (vendor === undefined) throw new Error('no vendors');
  const who = mac(`${vendor.macPrefixes[0]}000006`);
  await first.api('PUT', 'extensions/101', { displayName: 'Labor', password: 'keep-me' });
  await first.api('PUT', 'site', { name: 'Praxis' });
  await first.api('POST', `devices/${who}/approve`, { extension: '101' });
  await first.stop();

  const second = await start(first.dataDir);
  await second.createToken('admin', 'second');
  expect((await second.api('GET', `devices/${who}`)).body).toMatchObject({ state: 'approved', extension: '101' });
  expect((await second.api('GET', 'site')).body).toMatchObject({ name: 'Praxis' });
  const { steps, close } = await second.phone(vendor, who);
  await vi.waitFor(() => expect(isConfigured(steps)).toBe(true), WAIT);
  await close();
});
