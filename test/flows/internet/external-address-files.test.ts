import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { Device } from '../../../src/core/device.ts';
import { createConfigCache } from '../../../src/flows/config-cache.ts';
import { findAffectedPhones } from '../../../src/flows/internet/find-affected-phones.ts';
import { openTemplateSet } from '../../../src/render/template-set.ts';
import { aastra } from '../../../src/vendors/aastra.ts';
import { vendors } from '../../../src/vendors/all.ts';
import { snom } from '../../../src/vendors/snom.ts';
import { device, extension, openDoors } from '../../peers/office-doors.ts';

const A = '128.66.0.5';
const B = '128.67.3.9';

const phone = (mac: string, vendorId: string, number: string, more: Partial<Device> = {}) =>
  device(mac, {
    state: 'approved',
    vendorId,
    extensions: [number],
    token: `t0ken-${mac}`,
    address: '192.168.10.41',
    ...more,
  });

const AASTRA = phone('00085d000001', aastra.id, '101', { model: '6869i' });
const OTHER_AASTRA = phone('00085d000002', aastra.id, '102', { model: '6869i' });
const SNOM = phone('000413000003', snom.id, '103', { model: 'D785' });
const [own] = aastra.files;
const ONE_PHONE = { devices: { [AASTRA.mac]: { add: { 'sip nat ip': '{{externalAddress}}' } } } };

/** An office whose overrides tell one phone the address, and whose address is `world.address`. */
async function open(overrides: Readonly<Record<string, unknown>> | null = ONE_PHONE, template?: string) {
  const siteDir = await mkdtemp(join(tmpdir(), 'plugtone-address-'));
  onTestFinished(() => rm(siteDir, { recursive: true }));
  const folder = join(siteDir, 'overrides', aastra.id);
  await mkdir(folder, { recursive: true });
  if (overrides !== null) await writeFile(join(folder, 'overrides.json'), JSON.stringify(overrides));
  if (template !== undefined) await writeFile(join(folder, `${own.name}.hbs`), template);
  const templates = await openTemplateSet({ vendors, siteDir });
  const devices = [AASTRA, OTHER_AASTRA, SNOM];
  const opened = openDoors({
    devices,
    extensions: devices.flatMap(({ extensions }) => extensions.map((number) => extension(number))),
  });
  const { office, counters, clock, lan } = opened.doors;
  const world = { address: '', configuredAt: null as number | null };
  const externalAddress = () => world.address;
  const cache = createConfigCache({ office, templates, counters, clock, phonePort: 8060, externalAddress });
  const text = (who: Device) => {
    const vendor = who.vendorId === snom.id ? snom : aastra;
    const rendered = cache.render(who, vendor, vendor.files[0], '192.168.10.2');
    if (!rendered.ok) throw new Error(rendered.problem.text);
    return rendered.value.bytes.toString('utf8');
  };
  const affected = (previous: string | null, since = 1_000) =>
    findAffectedPhones({ office, lan, configuredAt: async () => world.configuredAt }, cache, {
      address: world.address,
      previous,
      since,
    });
  return { world, cache, text, affected, counters, templates };
}

test('a new address makes the files anew that name it', async () => {
  const { world, text } = await open();
  expect(text(AASTRA)).not.toContain('sip nat ip');
  world.address = A;
  expect(text(AASTRA)).toContain(`sip nat ip: ${A}\n`);
  expect(text(OTHER_AASTRA)).not.toContain('sip nat ip');
  world.address = B;
  expect(text(AASTRA)).toContain(`sip nat ip: ${B}\n`);
});

test('files that do not name it are not even rendered again', async () => {
  const { world, text, counters } = await open();
  const before = [text(SNOM), text(SNOM)];
  const rendered = () => counters.read().filesRendered;
  const count = rendered();
  world.address = A;
  expect(text(SNOM)).toBe(before[0]);
  expect(rendered()).toBe(count);
  text(AASTRA);
  text(AASTRA);
  expect(rendered()).toBe(count + 1);
});

test('the preview says what waits for an address', async () => {
  const { cache, templates } = await open();
  const rendered = cache.render(AASTRA, aastra, own, '192.168.10.2');
  expect(JSON.stringify(rendered.ok && rendered.value.notes)).toMatch(/sip nat ip.*the external address is not known/);
  expect(templates.isAddressIn(aastra, own)).toBe(true);
  expect(templates.isAddressIn(snom, snom.files[0])).toBe(false);
});

test('a template of the site may name it', async () => {
  const { world, text, affected } = await open(
    {},
    '{{#if externalAddress}}\nsip nat ip: {{externalAddress}}\n{{/if}}\n',
  );
  expect(text(AASTRA)).not.toContain('sip nat ip');
  world.address = A;
  expect(text(OTHER_AASTRA)).toContain(`sip nat ip: ${A}\n`);
  expect(await affected(null)).toEqual([AASTRA.mac, OTHER_AASTRA.mac]);
});

test('affected are the phones whose files differ, until they have fetched them', async () => {
  const { world, affected } = await open();
  world.address = B;
  expect(await affected(A)).toEqual([AASTRA.mac]);
  expect(await affected(null)).toEqual([AASTRA.mac]);
  world.configuredAt = 999;
  expect(await affected(A)).toEqual([AASTRA.mac]);
  world.configuredAt = 1_000;
  expect(await affected(A)).toEqual([]);
});

test('nobody is affected by the same address, by none, or where nothing names it', async () => {
  const { world, affected } = await open();
  world.address = A;
  expect(await affected(A)).toEqual([]);
  const plain = await open(null);
  plain.world.address = B;
  expect(await plain.affected(A)).toEqual([]);
  const { cache } = plain;
  const doors = { ...openDoors().doors, configuredAt: async () => null };
  expect(await findAffectedPhones(doors, cache, null)).toEqual([]);
});
