// Maintainers' command: reads a compiled zoneinfo folder and writes src/core/time-zone-data.json.
//
//   node scripts/update-time-zones.mjs [folder, default /usr/share/zoneinfo]
//
// Wants the folder of a full tzdata package (with tzdata.zi, zone.tab, zone1970.tab and old names), as Debian's is:
//   apt-get update && cd "$(mktemp -d)" && apt-get download tzdata && dpkg-deb -x tzdata_*.deb .
//   node <checkout>/scripts/update-time-zones.mjs usr/share/zoneinfo
// TZif is read as RFC 9636 describes it. The output depends on the folder alone, so that a review shows what a release changed.
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parsePosixTz } from '../dist/core/parse-posix-tz.js';
import { offsetAt, transitionsOf } from '../dist/core/time-zone-rule.js';

/** First and last instant that explicit changes are kept for, in seconds. After 2037 "fat" TZif files end, too. */
const FROM = Date.UTC(2026, 0, 1) / 1000;
const UNTIL = Date.UTC(2038, 0, 1) / 1000;

const OUTPUT = new URL('../src/core/time-zone-data.json', import.meta.url);

/** All transitions of a TZif file (version 2 or later) in UTC seconds, and its POSIX footer. */
function readTzif(file) {
  const bytes = readFileSync(file);
  if (bytes.toString('latin1', 0, 4) !== 'TZif') throw new Error(`${file}: starts without TZif`);
  if (bytes[4] < 0x32) throw new Error(`${file}: version ${bytes[4]}, wanted 2 or later, which has a footer`);
  const counts = (at) => ({
    isut: bytes.readUInt32BE(at + 20),
    isstd: bytes.readUInt32BE(at + 24),
    leap: bytes.readUInt32BE(at + 28),
    time: bytes.readUInt32BE(at + 32),
    type: bytes.readUInt32BE(at + 36),
    char: bytes.readUInt32BE(at + 40),
  });
  const sizeOf = (c, width) => c.time * (width + 1) + c.type * 6 + c.char + c.leap * (width + 4) + c.isstd + c.isut;
  const second = 44 + sizeOf(counts(0), 4);
  const c = counts(second);
  if (c.leap > 0) throw new Error(`${file}: counts leap seconds, wanted the POSIX variant`);
  const times = second + 44;
  const types = times + c.time * 8;
  const infos = types + c.time;
  const names = infos + c.type * 6;
  const typeAt = (index) => {
    const at = infos + index * 6;
    const name = names + bytes[at + 5];
    return { offset: bytes.readInt32BE(at), name: bytes.toString('latin1', name, bytes.indexOf(0, name)) };
  };
  const transitions = Array.from({ length: c.time }, (_, i) => ({
    at: Number(bytes.readBigInt64BE(times + i * 8)),
    ...typeAt(bytes[types + i]),
  }));
  const footer = bytes.toString('latin1', second + 44 + sizeOf(c, 8)).trim();
  return { footer, first: typeAt(0), transitions };
}

/**
 * What the footer alone does not produce after FROM: [UTC seconds, offset in seconds, abbreviation] from FROM on, until the
 * footer agrees for good. Undefined where the footer says it all.
 */
function explicitChanges(zone, { footer, first, transitions }) {
  const pattern = parsePosixTz(footer);
  if (!pattern.ok) throw new Error(`${zone}: footer ${footer}, wanted ${pattern.problem.wanted}`);
  const before = transitions.filter((t) => t.at <= FROM).at(-1) ?? first;
  const course = [{ ...before, at: FROM }];
  const last = transitions.at(-1)?.at ?? FROM;
  for (const t of transitions) {
    // The name alone may change (2026: Vancouver's PDT to MST); no clock shows that.
    if (t.at > FROM && t.at <= UNTIL && t.offset !== course.at(-1).offset) course.push(t);
  }
  const offsetIn = (at) => (at > last ? undefined : course.filter((t) => t.at <= at).at(-1).offset);
  const instants = [
    FROM,
    ...course.map((t) => t.at),
    ...transitionsOf(pattern.value, FROM * 1000, UNTIL * 1000).map((t) => t.at / 1000),
  ];
  const deviating = [...new Set(instants)]
    .sort((a, b) => a - b)
    .filter((at) => {
      const offset = offsetIn(at);
      return offset !== undefined && offset !== offsetAt(pattern.value, at * 1000);
    });
  const lastDeviation = deviating.at(-1);
  if (lastDeviation === undefined) return undefined;
  const end = course.findIndex((t) => t.at > lastDeviation);
  const back = instants.filter((at) => at > lastDeviation).sort((a, b) => a - b)[0];
  if (back === undefined) throw new Error(`${zone}: the footer does not hold at the end of the kept years`);
  const kept = course.slice(0, end === -1 ? undefined : end).map((t) => [t.at, t.offset, t.name]);
  return { kept, back };
}

const folder = process.argv[2] ?? '/usr/share/zoneinfo';
const source = readFileSync(join(folder, 'tzdata.zi'), 'utf8').split('\n');
const version = /^# version (\S+)$/.exec(source[0] ?? '')?.[1];
if (version === undefined) throw new Error(`tzdata.zi starts with ${source[0]}, wanted "# version <release>"`);
const zoneNames = source.filter((line) => line.startsWith('Z ')).map((line) => line.split(' ')[1]);
const links = new Map(
  source.filter((line) => line.startsWith('L ')).map((line) => line.split(' ').slice(1, 3).reverse()),
);
const geographic = ['zone.tab', 'zone1970.tab'].flatMap((table) =>
  readFileSync(join(folder, table), 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => line.split('\t')[2]),
);
const canonical = new Set([...geographic, ...zoneNames.filter((name) => name.startsWith('Etc/'))]);
// Factory is tzdata's "nobody has set me up yet"; posixrules and localtime are files of a host, not zones.
const names = [...new Set([...zoneNames, ...links.keys(), ...canonical])].filter(
  (name) => !['Factory', 'posixrules', 'localtime'].includes(name),
);
names.sort();

const zones = {};
const aliases = {};
for (const name of names) {
  let target = name;
  while (!canonical.has(target) && links.has(target)) target = links.get(target);
  if (target !== name) {
    aliases[name] = target;
    continue;
  }
  const tzif = readTzif(join(folder, name));
  const explicit = explicitChanges(name, tzif);
  zones[name] = {
    posix: tzif.footer,
    ...(canonical.has(name) ? {} : { old: true }),
    ...(explicit === undefined ? {} : { changes: explicit.kept, footerFrom: explicit.back }),
  };
}
const released = statSync(join(folder, 'tzdata.zi')).mtime.toISOString().slice(0, 10);
const lines = (entries) =>
  Object.entries(entries)
    .map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`)
    .join(',\n');
writeFileSync(
  OUTPUT,
  `{"version":${JSON.stringify(version)},"released":${JSON.stringify(released)},\n"zones":{\n${lines(zones)}\n},\n"aliases":{\n${lines(aliases)}\n}}\n`,
);
process.stdout.write(
  `tzdata ${version} (${released}): ${canonical.size} canonical zones, ${names.length} names, explicit changes for ${
    Object.entries(zones)
      .filter(([, zone]) => zone.changes !== undefined)
      .map(([name]) => name)
      .join(', ') || 'none'
  }\n`,
);
