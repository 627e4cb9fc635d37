import { formatMacAddress, parseMacAddress } from '../../src/core/mac-address.ts';
import { parseNetwork } from '../../src/core/parse-network.ts';
import { describeCsvFault, parsePhoneCsv } from '../../src/core/parse-phone-csv.ts';
import { parsePosixTz } from '../../src/core/parse-posix-tz.ts';
import { readLanguage } from '../../src/core/read-language.ts';
import { describeSettingProblem, readSetting, readSettingsPatch, SETTING_NAMES } from '../../src/core/read-setting.ts';
import { findMacInPath } from '../../src/flows/find-mac-in-path.ts';
import { matchEtag } from '../../src/http/match-etag.ts';
import { readCursor } from '../../src/http/read-cursor.ts';
import { readPhonePath } from '../../src/http/read-phone-path.ts';
import { findMacInName } from '../../src/http/tls/read-client-mac.ts';
import { choosePatch, parseOverrides } from '../../src/render/parse-overrides.ts';
import { patchFile } from '../../src/render/patch-file.ts';
import { vendors } from '../../src/vendors/all.ts';
import { matchFile, readFilePath } from '../../src/vendors/match-file.ts';
import { recognise } from '../../src/vendors/recognise.ts';
import { demand, type FuzzTarget } from './fuzz-target.ts';

const PHONE = parseMacAddress('001565aabbcc');
const NOBODY = { userAgent: '', vendor: '', model: '', firmware: '' };

export const FILE_TARGETS: readonly FuzzTarget[] = [
  {
    name: 'csv',
    words: [
      'MAC;Extension;Name;Password\r\n',
      'mac,extension,display name,password,auth name,voicemail,language,model\n',
      '00:15:65:aa:bb:cc',
      '"',
      '""',
      '="101"',
      ';',
      '\t',
      ',',
      '1,5E+02',
      '\xef\xbb\xbf',
      '\xff\xfe',
      'PK\x03\x04',
      'sep=;\n',
    ],
    largest: 200_000,
    // Rows are cut short and compared, a piece at a time: others have their turn in between.
    patienceMs: 400,
    // A line of a phone is a few bytes there, and a whole account here.
    growth: 64,
    run(data) {
      const read = parsePhoneCsv(data);
      return read.ok ? read : read.problem.faults.map(describeCsvFault);
    },
  },
  {
    name: 'phone-path',
    words: [
      '/p/',
      '/p/abcdefghijklmnop/',
      '001565aabbcc.cfg',
      'y000000000028.cfg',
      'http://h/',
      '%2e%2e/',
      '//',
      '?',
      '#',
      '\\',
      '%',
      'cfg',
    ],
    largest: 20_000,
    run(data) {
      const { path, ...target } = readPhonePath(data.toString('latin1'));
      const name = readFilePath(path);
      if (name !== undefined) {
        demand(!name.startsWith('/') && !name.split('/').includes('..'), 'a file lies in its folder');
      }
      const clues = { mac: undefined, words: NOBODY, path, httpUserAgent: data.toString('latin1') };
      const matches = vendors.map((vendor) => matchFile(vendor, path).kind);
      return [path, target, name, matches, findMacInPath(path), recognise(vendors, clues)];
    },
  },
  {
    name: 'posix-tz',
    words: ['CET-1CEST', ',M3.5.0', '/3', '<+03>-3', 'J60', ':', '-167', '24:59:59'],
    largest: 1_000,
    run: (data) => parsePosixTz(data.toString('latin1')),
  },
  {
    name: 'overrides',
    words: [
      '"set":',
      '"add":',
      '"models":{',
      '"devices":{',
      '"001565aabbcc":',
      '{"set":{"a":"b"}}',
      '"__proto__":',
      '[',
      '{',
      '1e999',
      '\\u0000',
    ],
    largest: 100_000,
    run(data) {
      const overrides = parseOverrides(data.toString('utf8'));
      if (!overrides.ok || PHONE === undefined) return overrides;
      const patch = choosePatch(overrides.value, 'T46S', PHONE);
      if (patch === undefined) return undefined;
      const lines = patchFile('a = 1\nb.c = 2\n', 'key-value', patch);
      const xml = patchFile('<?xml version="1.0"?>\n<settings><a>1</a><b idx="1">2</b></settings>\n', 'xml', patch);
      return [overrides, lines, xml];
    },
  },
  {
    name: 'settings',
    words: [
      '"timeZone":"Europe/Berlin"',
      '"language":"de"',
      '"sipServer":"192.0.2.5"',
      'null',
      '[',
      '1e999',
      '"ntpServers":["',
    ],
    largest: 20_000,
    run(data) {
      const text = data.toString('utf8');
      const named = SETTING_NAMES.map((name) => readSetting(name, text)).map((read) =>
        read.ok ? read : describeSettingProblem(read.problem),
      );
      let json: unknown;
      try {
        json = JSON.parse(text);
      } catch {
        return named;
      }
      return typeof json === 'object' && json !== null ? [named, readSettingsPatch({ ...json })] : named;
    },
    // Each of the settings says what it saw.
    growth: 64,
  },
  {
    name: 'words',
    words: ['192.0.2.0/24', '/33', '00:15:65:aa:bb:cc', 'W/"', '"', ',', 'de-DE', 'Deutsch', 'eyJ', '_'],
    largest: 10_000,
    run(data) {
      const text = data.toString('utf8');
      const network = parseNetwork(text);
      if (network !== undefined) demand(network.first <= network.last, 'a network begins before it ends');
      const mac = parseMacAddress(text);
      if (mac !== undefined) demand(parseMacAddress(formatMacAddress(mac)) === mac, 'a MAC address comes back');
      return [network, mac, readLanguage(text), readCursor(text), matchEtag(text, '"a"'), findMacInName([text, text])];
    },
  },
];
