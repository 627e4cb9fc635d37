import { expect, test } from 'vitest';
import { Secret } from '../../src/core/secret.ts';
import { createServedFiles } from '../../src/flows/served-files.ts';
import type { RenderInput } from '../../src/render/render-file.ts';
import { openTemplateSet } from '../../src/render/template-set.ts';
import { createZoneRules } from '../../src/render/zone-rules.ts';
import { vendors } from '../../src/vendors/all.ts';
import type { Vendor } from '../../src/vendors/vendor.ts';
import { device, extension, mac, openDoors } from '../peers/office-doors.ts';

const PHONE = '001565aabbcc';
const vendor = vendors[0] as Vendor;
const templates = await openTemplateSet({ vendors, siteDir: null });
const approved = device(PHONE, {
  state: 'approved',
  vendorId: vendor.id,
  model: vendor.simulated.model,
  extensions: ['101'],
  token: 'a-token-of-32-hex-digits-or-so-00',
});

function open() {
  const { office, doors } = openDoors({
    devices: [approved],
    extensions: [extension('101', { displayName: 'Empfang' })],
  });
  const served = createServedFiles(doors);
  const input = (more: Partial<RenderInput> = {}): RenderInput =>
    ({
      vendor,
      file: vendor.files[0].name,
      device: approved,
      site: office.site(),
      findExtension: office.findExtension,
      server: { host: '192.168.10.2', port: 8060 },
      templates,
      zoneRules: createZoneRules(doors.clock),
      ...more,
    }) as RenderInput;
  return { office, served, input };
}

test('the text is what was served then, covered, whatever the office says now', async () => {
  const { office, served, input } = open();
  served.note(input(), 'digest-1');
  const before = served.find(mac(PHONE), vendor.files[0].name);
  await office.commit({ extensions: [extension('101', { displayName: 'Labor', password: new Secret('another') })] });
  const after = served.find(mac(PHONE), vendor.files[0].name);
  expect(after).toEqual(before);
  expect(after?.text).toContain('Empfang');
  expect(after?.text).toContain('••••••');
  expect(after?.text).not.toMatch(/pw-101|another|Labor/);
});

test('when the templates have changed since, the text is not known and the digest is', () => {
  const { served, input } = open();
  let version = 'one';
  served.note(input({ templates: { ...templates, versionOf: () => version } }), 'digest-1');
  version = 'two';
  expect(served.find(mac(PHONE), vendor.files[0].name)).toMatchObject({ digest: 'digest-1', text: null });
});

test('a forgotten phone leaves nothing', async () => {
  const { office, served, input } = open();
  served.note(input(), 'digest-1');
  await office.commit({ removedDevices: [mac(PHONE)] });
  expect(served.find(mac(PHONE), vendor.files[0].name)).toBeUndefined();
});
