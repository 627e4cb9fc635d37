import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { vendors } from '../../src/vendors/all.ts';
import { mac } from '../peers/office-doors.ts';
import { runAppliance } from '../peers/running-appliance.ts';

let appliance: Awaited<ReturnType<typeof runAppliance>>;
let token = '';
/** Milliseconds: the address is looked at now and then, on a busy machine rarely. */
const LONG = 25_000;

beforeAll(async () => {
  appliance = await runAppliance();
  token = await appliance.createToken('admin');
});
afterAll(() => appliance.remove());

async function page(path: string, form?: Record<string, string>) {
  const response = await fetch(`http://127.0.0.1:${appliance.appliance.webPort}${path}`, {
    headers: { authorization: `Bearer ${token}`, accept: 'text/html' },
    redirect: 'manual',
    ...(form !== undefined && { method: 'POST', body: new URLSearchParams(form) }),
  });
  return { status: response.status, html: await response.text() };
}

const setAddress = (fixedAddress: string) =>
  appliance.api('PUT', 'site', { internet: { addressSource: 'fixed', fixedAddress } });

test('a new external address that stands in a phone’s file offers it a resync on the Internet page', async () => {
  const { api } = appliance;
  const [vendor] = vendors;
  if (vendor === undefined) throw new Error('no vendor is known');
  await appliance.phone(vendor, mac('001565000001'));
  await vi.waitFor(async () => expect((await api('GET', 'devices/001565000001')).status).toBe(200), LONG);
  await setAddress('128.66.0.5');
  const known = async (address: string) => expect((await api('GET', 'external-address')).body.address).toBe(address);
  await vi.waitFor(() => known('128.66.0.5'), LONG);
  await api('POST', 'devices/001565000001/approve', { extension: '101' });
  await vi.waitFor(
    async () => expect((await api('GET', 'devices/001565000001')).body.lamps.configured).not.toBeNull(),
    LONG,
  );
  // No template names the address: nobody is concerned.
  await setAddress('128.66.0.6');
  await vi.waitFor(() => known('128.66.0.6'), LONG);
  expect((await page('/internet')).html).not.toContain('The external address is new');

  const text = JSON.stringify({ add: { 'account.1.nat.ours': '{{externalAddress}}' } });
  const put = await api('PUT', `overrides/${vendor.id}/overrides.json`, { text });
  expect(put.status).toBe(200);
  await vi.waitFor(async () => {
    expect((await api('GET', 'devices/001565000001/config')).body.text).toContain('128.66.0.6');
  }, LONG);
  await setAddress('128.66.0.7');
  await vi.waitFor(async () => {
    expect((await page('/internet')).html).toContain('The external address is new: 1 phone');
  }, LONG);
  const offered = await page('/internet/affected', {});
  expect(offered.status).toBe(303);
  expect((await page('/site/resync')).html).toContain('1 phone has not been asked yet');
}, 120_000);
