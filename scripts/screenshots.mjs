// Takes the pictures of docs/images: the built appliance on loopback, simulated phones of all vendors in every state, the main
// pages in light and dark, on a desktop and on a phone. Names are the same each time; times and ports are of the day.
//
//   npm run screenshots             all pages
//   npm run screenshots -- events   those whose name has `events` in it
import { mkdirSync, statSync } from 'node:fs';
import { request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { dist, startBuilt } from './lib/built-appliance.mjs';

const folder = fileURLToPath(new URL('../docs/images/', import.meta.url));
const wanted = process.argv[2] ?? '';

const PEOPLE = [
  ['101', 'Empfang'],
  ['102', 'Dr. Sommer'],
  ['103', 'Labor'],
  ['104', 'Anmeldung 2'],
  ['105', 'Röntgen'],
  ['106', 'Büro'],
];
/** NOTIFY without an answer: timer F (RFC 3261 17.1.2.2), and a little. */
const STALL_MS = 34_000;
const SAMPLES_OF_A_DAY = 288;

const { vendors } = await dist('vendors/all.js');
const { parseMacAddress } = await dist('core/mac-address.js');
const { createSimulatedPhone } = await dist('commands/simulated-phone.js');

const phones = [];
const built = await startBuilt({ prepare: fillHistory });
const { api, appliance, signal } = built;
try {
  await fillOffice();
  await takePictures();
} finally {
  // An open socket would keep the program alive.
  for (const phone of phones) await phone.close().catch(() => undefined);
  await built.stop();
}

/** A working day: quiet at night, a boot storm at eight, some refusals at noon. */
async function fillHistory(store) {
  const now = Date.now();
  for (let index = SAMPLES_OF_A_DAY; index > 0; index--) {
    const at = now - index * 300_000;
    const hour = 24 - index / 12;
    const bell = (middle, width) => Math.exp(-(((hour - middle) / width) ** 2));
    const wobble = 1 + 0.4 * Math.sin(index * 1.7);
    const sample = {
      at,
      span: 300_000,
      pending: hour > 22.5 ? 3 : 0,
      approved: hour > 15 ? 6 : 4,
      blocked: hour > 8 ? 1 : 0,
      exchanges: Math.round(9 * bell(9, 1.2) * wobble + 2 * bell(19, 2) * wobble),
      filesServed: Math.round(26 * bell(9, 1.4) * wobble + 8 * bell(19, 2.2) * wobble),
      refusals: Math.round(3.4 * bell(15, 0.8) * wobble),
    };
    await store.samples.append(sample, 0);
  }
}

async function fillOffice() {
  await api('PUT', 'site', {
    name: 'Praxis Dr. Sommer',
    settings: { timeZone: 'Europe/Berlin', sipServer: 'pbx.praxis.example', language: 'de' },
  });
  for (const [number, displayName] of PEOPLE) await api('PUT', `extensions/${number}`, { displayName });

  // Gone before it is approved: its NOTIFY gets no answer.
  const silent = await boot(vendors[0], 9);
  await silent.phone.close();
  await api('POST', `devices/${silent.mac}/approve`, { extension: '106' });
  const stalled = sleep(STALL_MS);

  for (const [index, vendor] of [...vendors, vendors[0]].entries()) {
    const { mac } = await boot(vendor, 1 + index);
    await api('POST', `devices/${mac}/approve`, { extension: PEOPLE[index][0] });
    await until(async () => (await api('GET', `devices/${mac}`)).lamps.configured !== null);
  }
  const blocked = await boot(vendors[2], 20);
  await api('POST', `devices/${blocked.mac}/block`);
  await askWithWrongToken(blocked.mac);
  await boot(vendors[3], 21);
  await boot(unknownMaker(), 0xa948, '00304f99');
  await boot(vendors[0], 22);
  await stalled;
}

async function boot(vendor, number, prefix = vendor.macPrefixes[0]) {
  const mac = parseMacAddress(prefix.padEnd(8, '3') + number.toString(16).padStart(4, '0'));
  const { model, firmware } = vendor.simulated;
  const target = { address: '224.0.1.75', port: appliance.listener.state().port };
  const phone = await createSimulatedPhone({ vendor, mac, model, firmware, lanAddress: '127.0.0.1', target, signal });
  phones.push(phone);
  await phone.boot();
  await until(async () => (await api('GET', 'devices?limit=100')).items.some((device) => device.mac === mac));
  return { mac, phone };
}

/** A phone that asks like the others, of a make that no vendor file knows. */
function unknownMaker() {
  const [vendor] = vendors;
  const simulated = {
    ...vendor.simulated,
    model: 'VIP-2140PT',
    sipUserAgent: (model) => `PLANET ${model}`,
    eventWords: (model) => ({ vendor: 'PLANET', model }),
  };
  return { ...vendor, simulated };
}

function askWithWrongToken(mac) {
  return new Promise((resolve) => {
    const url = `http://127.0.0.1:${appliance.phonePort}/p/0123456789abcdef0123456789abcdef/${mac}.cfg`;
    const asked = request(url, (response) => response.resume().on('end', resolve));
    asked.on('error', resolve);
    asked.end();
  });
}

async function until(isSo) {
  for (let tries = 0; tries < 200; tries++) {
    if (await isSo()) return;
    await sleep(100);
  }
  throw new Error('a simulated phone did not get there in 20 s');
}

async function takePictures() {
  mkdirSync(folder, { recursive: true });
  const configured = (await api('GET', 'devices?limit=100')).items.find(({ extension }) => extension === '101');
  const pages = [
    ['phones', '/'],
    ['phone', `/phones/${configured.mac}`],
    ['extensions', '/extensions'],
    ['internet', '/internet'],
    ['internet-settings', '/internet/settings'],
    ['site', '/site'],
    ['events', '/events'],
    ['system', '/system'],
    ['users', '/users'],
    ['login', '/login', { isLoggedIn: false }],
  ];
  for (const [name, path, who = {}] of pages.filter(([name]) => name.includes(wanted))) {
    for (const colorScheme of ['light', 'dark']) {
      for (const [size, viewport] of [
        ['', { width: 1280, height: 800 }],
        ['-360', { width: 360, height: 740 }],
      ]) {
        const page = await built.page({ ...who, colorScheme, viewport });
        const response = await page.goto(path);
        if (response?.status() === 200) {
          // The live stream is open and fonts are drawn; nothing else is loaded later.
          await page.waitForTimeout(300);
          const file = `${folder}${name}-${colorScheme}${size}.png`;
          await page.screenshot({ path: file });
          console.log(`${name}-${colorScheme}${size}.png  ${Math.round(statSync(file).size / 1024)} KiB`);
        } else {
          console.log(`${name}: no page at ${path} (${response?.status()})`);
        }
        await page.context().close();
      }
    }
  }
}
