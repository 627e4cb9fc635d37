import { afterEach, expect, test, vi } from 'vitest';
import type { PhoneStep } from '../src/commands/simulated-phone.ts';
import { vendors } from '../src/vendors/all.ts';
import { mac } from './peers/office-doors.ts';
import { runAppliance } from './peers/running-appliance.ts';

const WAIT = { timeout: 15_000, interval: 10 };
let appliance: Awaited<ReturnType<typeof runAppliance>>;

afterEach(() => appliance.remove());

const PHONES = vendors.map((vendor, index) => ({
  vendor,
  who: mac(`${vendor.macPrefixes[0]}0000${index}1`.slice(0, 12)),
  extension: String(201 + index),
}));

/** The fetch of the phone's own file that comes next. */
async function nextFetch(steps: PhoneStep[]) {
  const find = () => steps.find((step) => step.kind === 'fetched' && step.isOwnFile);
  await vi.waitFor(() => expect(find()).toBeDefined(), WAIT);
  const found = find();
  steps.length = 0;
  if (found?.kind !== 'fetched') throw new Error('nothing was fetched');
  const { status, loggedIn } = found.fetch;
  return [status, loggedIn] as const;
}

test('phones of all makes learn their password with the first file, and log in from their next boot on', async () => {
  appliance = await runAppliance();
  const { api, createToken, phone } = appliance;
  await createToken('admin');
  const change = async (phoneLogin: string) =>
    expect((await api('PUT', 'site', { trust: { phoneLogin } })).status).toBe(200);
  await change('digest');
  const running = await Promise.all(
    PHONES.map(async ({ vendor, who, extension }) => {
      await api('POST', `devices/${who}/approve`, { extension });
      return { vendor, who, ...(await phone(vendor, who)) };
    }),
  );
  const bootAll = async () => {
    await Promise.all(running.map(({ boot }) => boot()));
    return Promise.all(running.map(({ steps }) => nextFetch(steps)));
  };
  expect(await Promise.all(running.map(({ steps }) => nextFetch(steps)))).toEqual(running.map(() => [200, false]));
  expect(await bootAll()).toEqual(running.map(() => [200, true]));
  const [{ who } = { who: '' }] = running;
  expect((await api('GET', `devices/${who}`)).body.loggedInAt).toMatch(/^\d{4}-/);
  await change('basic');
  expect(await bootAll()).toEqual(running.map(({ vendor }) => [200, vendor.logIns.some((one) => one === 'basic')]));
  await Promise.all(running.map(({ close }) => close()));
});

test('one that was reset to its factory settings is kept out, until a person hands its files over again', async () => {
  appliance = await runAppliance();
  const { api, createToken, phone } = appliance;
  await createToken('admin');
  await api('PUT', 'site', { trust: { phoneLogin: 'digest' } });
  const found = PHONES.find(({ vendor }) => vendor.checkSync !== null);
  if (found === undefined) throw new Error('no vendor takes check-sync');
  const { vendor, who, extension } = found;
  await api('POST', `devices/${who}/approve`, { extension });
  const before = await phone(vendor, who);
  expect(await nextFetch(before.steps)).toEqual([200, false]);
  await before.boot();
  expect(await nextFetch(before.steps)).toEqual([200, true]);
  await before.close();
  const reset = await phone(vendor, who);
  expect(await nextFetch(reset.steps)).toEqual([401, false]);
  expect((await api('POST', `devices/${who}/hand-over`)).status).toBe(200);
  expect(await nextFetch(reset.steps)).toEqual([200, false]);
  await reset.boot();
  expect(await nextFetch(reset.steps)).toEqual([200, true]);
  await reset.close();
});
