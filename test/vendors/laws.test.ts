import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatMacAddress, type MacAddress, parseMacAddress } from '../../src/core/mac-address.ts';
import type { PhoneWords } from '../../src/core/sighting.ts';
import { listTimeZones, readTimeZone } from '../../src/core/time-zones.ts';
import { vendors } from '../../src/vendors/all.ts';
import { matchFile } from '../../src/vendors/match-file.ts';
import { otherMakes } from '../../src/vendors/other-makes.ts';
import { recognise } from '../../src/vendors/recognise.ts';
import type { Vendor } from '../../src/vendors/vendor.ts';
import { aastraUserAgents, otherUserAgents, snomUserAgents, strangeUserAgents } from './user-agents.ts';

const TEMPLATES = new URL('../../templates/', import.meta.url);
const NOTHING_SAID: PhoneWords = { userAgent: '', vendor: '', model: '', firmware: '' };
const BASE = 'http://192.0.2.1:8060/p/0123456789abcdef0123456789abcdef/';

function macOf(text: string): MacAddress {
  const mac = parseMacAddress(text);
  if (mac === undefined) throw new Error(`no MAC: ${text}`);
  return mac;
}

/** Any unicast address of the vendor. */
function anyMac(vendor: Vendor): fc.Arbitrary<MacAddress> {
  const digit = fc.constantFrom(...'0123456789abcdef');
  return fc
    .tuple(fc.constantFrom(...vendor.macPrefixes), fc.array(digit, { minLength: 12, maxLength: 12 }))
    .map(([prefix, digits]) => macOf(`${prefix}${digits.join('')}`.slice(0, 12)));
}

function template(vendor: Vendor, name: string): string {
  return readFileSync(new URL(`${vendor.id}/${name}.hbs`, TEMPLATES), 'utf8');
}

const allUserAgents = [...snomUserAgents, ...aastraUserAgents, ...otherUserAgents];

describe('vendors beside each other', () => {
  test('ids are unique and plain', () => {
    const ids = vendors.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const id of ids) expect(id).toMatch(/^[a-z][a-z0-9-]*$/);
  });

  test('every vendor has its folder of templates, and every folder its vendor', () => {
    const folders = readdirSync(TEMPLATES, { withFileTypes: true }).filter((entry) => entry.isDirectory());
    expect(folders.map(({ name }) => name).sort()).toEqual(vendors.map(({ id }) => id).sort());
  });

  test('no prefix belongs to two vendors, and none to a whole other make', () => {
    const prefixes = vendors.flatMap(({ macPrefixes }) => macPrefixes);
    expect(new Set(prefixes).size).toBe(prefixes.length);
    for (const prefix of prefixes) {
      expect(prefix).toMatch(/^[0-9a-f]{6,12}$/);
      const taken = otherMakes.filter(
        ({ from, to }) => from.length <= prefix.length && from <= prefix && prefix.slice(0, to.length) <= to,
      );
      expect(taken, prefix).toEqual([]);
    }
  });

  test('blocks of other makes are well-formed and do not overlap', () => {
    for (const { from, to } of otherMakes) {
      expect(from).toMatch(/^[0-9a-f]{6,12}$/);
      expect(to).toMatch(/^[0-9a-f]{6,12}$/);
      expect(to.length).toBe(from.length);
      expect(from <= to).toBe(true);
    }
    const sorted = otherMakes.map(({ from, to }) => [from.padEnd(12, '0'), to.padEnd(12, 'f')] as const).sort();
    for (const [index, [from]] of sorted.entries()) {
      const before = sorted[index - 1];
      if (before !== undefined) expect(before[1] < from, `${before} and ${from}`).toBe(true);
    }
  });

  test.each(allUserAgents)('only $vendorId reads $text', ({ vendorId, text }) => {
    expect(vendors.filter((vendor) => vendor.readUserAgent(text) !== undefined).map(({ id }) => id)).toEqual([
      vendorId,
    ]);
  });

  test.each(strangeUserAgents)('nobody reads the User-Agent %j', (text) => {
    expect(vendors.filter((vendor) => vendor.readUserAgent(text) !== undefined)).toEqual([]);
    const words = { ...NOTHING_SAID, userAgent: text };
    expect(vendors.filter((vendor) => vendor.recogniseWords(words))).toEqual([]);
  });

  test('no two vendors recognise each other’s words, and each its own', () => {
    for (const vendor of vendors) {
      const { model, firmware, sipUserAgent, eventWords } = vendor.simulated;
      const event = { ...eventWords(model), firmware };
      const userAgent = sipUserAgent?.(model, firmware) ?? '';
      const said = [
        { ...event, userAgent: '' },
        { ...event, userAgent },
        { ...NOTHING_SAID, userAgent },
      ];
      for (const words of said) {
        if (words.userAgent === '' && words.vendor === '') continue;
        const claimed = vendors.filter((other) => other.recogniseWords(words)).map(({ id }) => id);
        expect(claimed, JSON.stringify(words)).toEqual([vendor.id]);
      }
    }
  });

  test('the name of a phone’s own file leads back to its vendor', () => {
    for (const vendor of vendors) {
      for (const prefix of vendor.macPrefixes) {
        const mac = macOf(`${prefix}abcdef`.slice(0, 12));
        const match = matchFile(vendor, vendor.files[0].pathFor(mac, vendor.simulated.model));
        if (match.kind !== 'file' || match.mac === undefined) throw new Error(`${vendor.id}: the name holds no MAC`);
        expect(recognise(vendors, { mac: match.mac, words: NOTHING_SAID })?.vendorId).toBe(vendor.id);
      }
    }
  });

  test('reading any words or User-Agent throws nothing', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 200 }),
      fc.constantFrom(...allUserAgents.map((seen) => seen.text)),
    );
    fc.assert(
      fc.property(text, text, text, text, (userAgent, vendor, model, firmware) => {
        for (const one of vendors) {
          const words = { userAgent, vendor, model, firmware };
          one.recogniseWords(words);
          one.readUserAgent(userAgent);
          const spelled = one.modelOf(words);
          // It becomes part of file names and URLs.
          if (spelled !== null) expect(spelled, one.id).toMatch(/^[A-Za-z0-9][A-Za-z0-9 _+.-]{0,31}$/);
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe.each(vendors)('$id', (vendor) => {
  const { simulated, files, absentFiles } = vendor;

  test('every file has a template, and every template its file', () => {
    const names = files.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    const templates = readdirSync(new URL(`${vendor.id}/`, TEMPLATES)).filter((name) => name.endsWith('.hbs'));
    expect(templates.sort()).toEqual(names.map((name) => `${name}.hbs`).sort());
  });

  test('the first file is the phone’s own, holds secrets and its MAC', () => {
    expect(files[0].holdsSecrets).toBe(true);
    expect(files[0].pattern.source).toContain('(?<mac>');
  });

  test('patterns are anchored and keep no state', () => {
    for (const { pattern } of [...files, ...absentFiles]) {
      expect(pattern.source).toMatch(/^\^.*\$$/);
      expect(pattern.global || pattern.sticky || pattern.multiline).toBe(false);
    }
  });

  test('a file’s name is found again in both cases of the MAC, with the MAC', () => {
    fc.assert(
      fc.property(anyMac(vendor), fc.constantFrom(...vendor.models, vendor.unknownModel), (mac, model) => {
        for (const file of files) {
          const path = file.pathFor(mac, model.name);
          for (const digits of [mac, mac.toUpperCase()]) {
            const spelled = path.replace(new RegExp(mac, 'i'), digits);
            const match = matchFile(vendor, encodeURI(spelled));
            if (model === vendor.unknownModel && match.kind !== 'file') continue;
            expect(match, spelled).toMatchObject({ kind: 'file', file: { name: file.name } });
            if (path.toLowerCase().includes(mac)) expect(match).toMatchObject({ mac });
          }
        }
      }),
      { numRuns: 50 },
    );
  });

  test('what is answered with 404 on purpose is no file of ours', () => {
    const mac = macOf(`${vendor.macPrefixes[0] ?? ''}abcdef`.slice(0, 12));
    for (const absent of absentFiles) {
      expect(absent.why.text).not.toBe('');
      for (const model of vendor.models) {
        const match = matchFile(vendor, absent.pathFor(mac, model.name));
        expect(match, absent.pathFor(mac, model.name)).toEqual({ kind: 'absent', absent });
      }
    }
  });

  test('a file that any phone may have holds neither account nor token', () => {
    for (const { name, holdsSecrets } of files) {
      if (holdsSecrets) continue;
      expect(template(vendor, name), name).not.toMatch(
        /[pP]assword|accounts|Accounts|authName|provisioning\.(url|baseUrl|path|barePath)/,
      );
    }
  });

  test('models are unique, each with a line', () => {
    const names = vendor.models.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    for (const model of [...vendor.models, vendor.unknownModel]) {
      expect(model.lines, model.name).toBeGreaterThanOrEqual(1);
      expect(model.keys, model.name).toBeGreaterThanOrEqual(0);
      expect(Number.isInteger(model.lines) && Number.isInteger(model.keys)).toBe(true);
    }
  });

  test('every model is known by its own name', () => {
    for (const { name } of vendor.models) {
      const { vendor: said, model } = simulated.eventWords(name);
      expect(vendor.modelOf({ ...NOTHING_SAID, vendor: said, model })).toBe(name);
    }
  });

  test('keys of an account differ from line to line', () => {
    const most = Math.max(...vendor.models.map(({ lines }) => lines));
    const keys = Array.from({ length: most }, (_, index) => vendor.accountKeys(index + 1));
    const names = Object.keys(keys[0] ?? {}).sort();
    for (const own of keys) expect(Object.keys(own).sort()).toEqual(names);
    const values = keys.flatMap((own) => Object.values(own));
    expect(new Set(values).size).toBe(values.length);
  });

  test('the URL of the NOTIFY lies under the base that it was given', () => {
    const url = vendor.profileUrl(BASE, macOf(`${vendor.macPrefixes[0] ?? ''}abcdef`.slice(0, 12)));
    expect(url.startsWith(BASE)).toBe(true);
    expect(new URL(url).href).toBe(url);
  });

  test('the simulated phone is one of its own and fetches its own file', () => {
    // Some say more than the list does: GRP2612W is a GRP2612.
    const listed = vendor.modelOf({ ...NOTHING_SAID, ...simulated.eventWords(simulated.model) });
    expect(vendor.models.map(({ name }) => name)).toContain(listed);
    fc.assert(
      fc.property(anyMac(vendor), (mac) => {
        const requests = simulated.requests(vendor.profileUrl(BASE, mac), mac, simulated.model);
        const own = requests.filter((url) => {
          expect(url.startsWith(BASE), url).toBe(true);
          const match = matchFile(vendor, url.slice(BASE.length));
          // A name that we do not know would be asked for at every boot and never explained.
          expect(match.kind, url).not.toBe('unknown');
          return match.kind === 'file' && match.file === files[0] && match.mac === mac;
        });
        expect(own.length).toBe(1);
      }),
      { numRuns: 50 },
    );
  });

  test('the simulated phone’s words are read back', () => {
    const mac = macOf(`${vendor.macPrefixes[0] ?? ''}abcdef`.slice(0, 12));
    const { model, firmware } = simulated;
    const http = simulated.httpUserAgent(mac, model, firmware);
    const listed = vendor.modelOf({ ...NOTHING_SAID, ...simulated.eventWords(model) });
    expect(vendor.readUserAgent(http), http).toEqual({ model: listed, firmware, mac });
    const sip = simulated.sipUserAgent?.(model, firmware);
    if (sip !== undefined) expect(vendor.readUserAgent(sip), sip).toMatchObject({ model: listed, firmware });
    expect(parseMacAddress(decodeURIComponent(simulated.subscribeUser(mac)).replace(/^MAC:?/i, ''))).toBe(mac);
    expect(formatMacAddress(mac)).toContain(':');
  });

  test('spellings are complete', () => {
    const { codec, language, tone, ...words } = vendor.spellings;
    for (const [setting, spellings] of Object.entries(words)) {
      for (const [value, spelling] of Object.entries(spellings)) expect(spelling, `${setting} ${value}`).not.toBe('');
    }
    // What every phone of the last twenty years speaks.
    expect(Object.keys(codec)).toEqual(expect.arrayContaining(['pcma', 'pcmu', 'g722']));
    for (const tag of Object.keys(language)) expect(tag).toMatch(/^[a-z]{2,3}$/);
    expect(Object.keys(language)).toEqual(expect.arrayContaining(['de', 'en', 'fr']));
    for (const country of Object.keys(tone)) expect(country).toMatch(/^[A-Z]{2}$/);
  });

  test('phones that log in know where their file says with what', () => {
    expect(vendor.simulated.loginKeys !== null).toBe(vendor.logIns.length > 0);
    expect(new Set(vendor.logIns).size).toBe(vendor.logIns.length);
  });

  test('every IANA zone is spelled exactly, or with the reason why not', () => {
    const now = Date.UTC(2026, 7, 1);
    const zones = listTimeZones();
    expect(zones.length).toBeGreaterThan(400);
    for (const zone of zones) {
      const rule = readTimeZone(zone, now);
      if (!rule.ok) throw new Error(`${zone} cannot be read`);
      const spelling = vendor.spellTimeZone(rule.value);
      expect(Object.keys(spelling.settings).length, zone).toBeGreaterThan(0);
      if (spelling.exact) expect(spelling.note, zone).toBeNull();
      else expect(spelling.note?.text ?? '', zone).not.toBe('');
      for (const [key, value] of Object.entries(spelling.settings))
        expect(`${key}${value}`, zone).not.toMatch(/[\r\n<>&"#]/);
    }
  });
});
