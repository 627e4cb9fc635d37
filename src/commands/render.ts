import { Command } from 'commander';
import type { Device } from '../core/device.ts';
import type { Extension } from '../core/extension.ts';
import { EXTENSION_NUMBER } from '../core/extension.ts';
import { type MacAddress, parseMacAddress } from '../core/mac-address.ts';
import { describeSettingProblem, readSetting } from '../core/read-setting.ts';
import { Secret } from '../core/secret.ts';
import type { SettingsPatch } from '../core/settings.ts';
import { DEFAULT_SITE } from '../core/site.ts';
import { describeRenderProblem, findModel, renderFile } from '../render/render-file.ts';
import { openTemplateSet } from '../render/template-set.ts';
import { createZoneRules } from '../render/zone-rules.ts';
import { vendors } from '../vendors/all.ts';
import type { Vendor, VendorFile } from '../vendors/vendor.ts';
import { CommandError, UsageError } from './command-error.ts';

interface RenderOptions {
  readonly vendor: string;
  readonly model: string;
  readonly mac: string;
  readonly timeZone: string;
  readonly extension: string;
  readonly password: string;
  readonly set?: readonly string[];
  readonly file?: string;
  readonly siteDir?: string;
}

/** RFC 5737: addresses for examples; where a running appliance puts its own and its office's. */
const SAMPLE_SERVER = { host: '192.0.2.1', port: 8060 };
const SAMPLE_ADDRESS = '198.51.100.1';
const SAMPLE_TOKEN = 'sample-token';

/** `plugtone render`: one phone's file on standard output, exactly; what it cannot do, on standard error. */
export function renderCommand(): Command {
  return new Command('render')
    .description("print a phone's file, from a sample account and without a server")
    .requiredOption('--vendor <id>', `one of ${vendors.map(({ id }) => id).join(', ')}`)
    .requiredOption('--model <name>', "as the vendor's list or the phone spells it")
    .requiredOption('--mac <address>', 'with or without colons')
    .requiredOption('--time-zone <name>', 'IANA name, such as Europe/Berlin')
    .option('--extension <number>', 'of the sample account', '101')
    .option('--password <text>', 'of the sample account', 'sample-password')
    .option(
      '--set <key=value>',
      'a setting, repeatable: sipServer=pbx.example',
      (text: string, before: string[] = []) => [...before, text],
    )
    .option(
      '--file <name>',
      "one of the vendor's files, by its own name or as the phone asks for it (default: the phone's own)",
    )
    .option('--site-dir <path>', "a site's folder, to try its overrides")
    .action(async (options: RenderOptions) => {
      const rendered = await renderSample(options);
      for (const note of rendered.notes) process.stderr.write(`plugtone: note: ${note.text}\n`);
      process.stdout.write(rendered.bytes);
    });
}

async function renderSample(options: RenderOptions) {
  const vendor = vendors.find(({ id }) => id === options.vendor);
  if (vendor === undefined) {
    throw new UsageError(`there is no vendor "${options.vendor}"; known are ${vendors.map(({ id }) => id).join(', ')}`);
  }
  const mac = parseMacAddress(options.mac);
  if (mac === undefined) throw new UsageError(`"${options.mac}" is no MAC address; wanted one as 00:15:65:aa:bb:cc`);
  if (!EXTENSION_NUMBER.test(options.extension)) {
    throw new UsageError(`"${options.extension}" is no extension; wanted 1-32 characters of 0-9 A-Z a-z . _ + * # -`);
  }
  if (options.password === '') throw new UsageError('--password: saw nothing, wanted a password');
  const settings = readSettings([`timeZone=${options.timeZone}`, ...(options.set ?? [])]);
  const rendered = renderFile({
    vendor,
    file: findFile(vendor, options.file).name,
    device: sampleDevice(mac, vendor, findListedModel(vendor, options.model), options.extension),
    site: { ...DEFAULT_SITE, settings },
    findExtension: (number) => sampleExtension(number, options.password),
    server: SAMPLE_SERVER,
    externalAddress: SAMPLE_ADDRESS,
    templates: await openTemplateSet({ vendors: [vendor], siteDir: options.siteDir ?? null }),
    zoneRules: createZoneRules(Date.now),
  });
  if (!rendered.ok) throw new CommandError(describeRenderProblem(rendered.problem));
  return rendered.value;
}

function readSettings(pairs: readonly string[]): SettingsPatch {
  let patch: SettingsPatch = {};
  for (const pair of pairs) {
    const equals = pair.indexOf('=');
    if (equals < 1) throw new UsageError(`--set: saw "${pair}", wanted key=value`);
    const read = readSetting(pair.slice(0, equals), pair.slice(equals + 1));
    if (!read.ok) throw new UsageError(describeSettingProblem(read.problem));
    patch = { ...patch, ...read.value.patch };
  }
  return patch;
}

function findListedModel(vendor: Vendor, name: string): string {
  const said = vendor.modelOf({ userAgent: '', vendor: '', model: name, firmware: '' });
  const model = [name, said]
    .map((spelling) => findModel(vendor, spelling))
    .find((found) => vendor.models.includes(found));
  if (model !== undefined) return model.name;
  const known = vendor.models.map((listed) => listed.name).join(', ');
  throw new UsageError(`${vendor.name} has no model "${name}"; known are ${known}`);
}

function findFile(vendor: Vendor, name: string | undefined): VendorFile {
  if (name === undefined) return vendor.files[0];
  const file = vendor.files.find((candidate) => candidate.name === name || candidate.pattern.test(name));
  if (file !== undefined) return file;
  throw new UsageError(
    `${vendor.name} has no file "${name}"; known are ${vendor.files.map((known) => known.name).join(', ')}`,
  );
}

function sampleExtension(number: string, password: string): Extension {
  return {
    number,
    displayName: `Extension ${number}`,
    authName: number,
    password: new Secret(password),
    voicemail: '',
    language: '',
  };
}

function sampleDevice(mac: MacAddress, vendor: Vendor, model: string, extension: string): Device {
  return {
    mac,
    state: 'approved',
    vendorId: vendor.id,
    model,
    firmware: null,
    address: null,
    words: { userAgent: '', vendor: '', model: '', firmware: '' },
    dialog: null,
    extensions: [extension],
    token: SAMPLE_TOKEN,
    settings: {},
    consolePasswords: null,
    handOver: null,
    login: null,
    revision: 0,
    firstSeenAt: 0,
    lastSeenAt: null,
  };
}
