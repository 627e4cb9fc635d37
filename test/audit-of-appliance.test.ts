import { afterEach, expect, test, vi } from 'vitest';
import { vendors } from '../src/vendors/all.ts';
import { mac } from './peers/office-doors.ts';
import { runAppliance } from './peers/running-appliance.ts';

const WAIT = { timeout: 15_000, interval: 20 };
const running: Awaited<ReturnType<typeof runAppliance>>[] = [];

afterEach(async () => {
  for (const appliance of running.splice(0)) await appliance.remove();
});

interface Entry {
  readonly actor: string;
  readonly from: string;
  readonly action: string;
  readonly detail: { readonly digest?: string };
}

test('the audit of a running appliance says who, from where and with which configuration, and is in order', async () => {
  const [vendor] = vendors;
  if (vendor === undefined) throw new Error('no vendors');
  const appliance = await runAppliance();
  running.push(appliance);
  const { api, createToken, phone } = appliance;
  await createToken('admin', 'anna');
  const who = mac(`${vendor.macPrefixes[0]}000001`);
  const { steps, close } = await phone(vendor, who);
  await vi.waitFor(async () => expect((await api('GET', `devices/${who}`)).status).toBe(200), WAIT);
  await api('PUT', 'site', { settings: { timeZone: 'Europe/Berlin', sipServer: 'pbx.example' } });
  await api('POST', `devices/${who}/approve`, { extension: '101' });
  const fetched = () => steps.filter((step) => step.kind === 'fetched' && step.isOwnFile).length;
  await vi.waitFor(() => expect(fetched()).toBe(1), WAIT);
  await api('POST', `devices/${who}/resync`);
  await api('POST', `devices/${who}/block`);

  const entries = (await api('GET', 'audit')).body.items.reverse() as Entry[];
  expect(entries.map(({ actor, from, action }) => [actor, from, action])).toEqual([
    ['anna', '127.0.0.1', 'site.changed'],
    ['anna', '127.0.0.1', 'device.approved'],
    ['anna', '127.0.0.1', 'device.resynced'],
    ['anna', '127.0.0.1', 'device.blocked'],
  ]);
  const { items } = (await api('GET', `devices/${who}/journey`)).body;
  const served = items.find(
    ({ step, detail }: { step: string; detail: object }) => step === 'fetched' && 'digest' in detail,
  );
  const [site, approved, resynced, blocked] = entries.map(({ detail }) => detail.digest);
  expect(served.detail.digest).toMatch(/^[0-9a-f]{16}$/);
  expect([approved, resynced, blocked]).toEqual([served.detail.digest, served.detail.digest, undefined]);
  expect(site).toMatch(/^[0-9a-f]{16}$/);
  expect((await api('GET', 'audit/verify')).body).toMatchObject({ sound: true, rows: 4, oldRows: 0 });
  expect((await api('GET', 'system')).body.audit).toMatchObject({ sound: true, rows: 4 });
  await close();
});
