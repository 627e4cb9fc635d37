// What a data directory holds, by the appliance's own store: of the build that is measured.
import { randomBytes } from 'node:crypto';
import { cpSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { FIRST_MAC, macOf, startAppliance } from './servers.mjs';

/**
 * @param {string} main the appliance's main.js
 * @param {string} path below the same folder
 */
function importPart(main, path) {
  return import(pathToFileURL(join(dirname(main), path)).href);
}

/**
 * @template T
 * @param {string} main
 * @param {string} dataDir
 * @param {(store: any) => Promise<T>} work
 * @returns {Promise<T>}
 */
async function withStore(main, dataDir, work) {
  const { openStore } = await importPart(main, 'store/store.js');
  const store = await openStore({ dataDir });
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}

/**
 * No real phone asks a hundred times a second, and the appliance slows down who does. What is measured is what it can do, so the
 * site trusts the phones' network; who each phone is, it proves all the same.
 * @param {string} main
 * @param {string} dataDir
 * @param {import('./network.mjs').Network} network
 */
export async function trustPhones(main, dataDir, { phoneNetwork }) {
  if (phoneNetwork === undefined) return;
  await withStore(main, dataDir, async (store) => {
    const site = await store.site.get();
    const rules = [{ action: 'trust', network: phoneNetwork, protocol: 'both', note: 'test bench' }];
    await store.site.put({ ...site, trust: { ...site.trust, rules }, revision: site.revision + 1 });
  });
}

/**
 * Writes the paths of the phones' own files, one in a line, the first phone's first.
 * @param {object} wanted
 * @param {string} wanted.main
 * @param {string} wanted.dataDir
 * @param {string} wanted.list the file to write
 * @param {number} wanted.count
 */
export async function listPaths({ main, dataDir, list, count }) {
  await withStore(main, dataDir, async (store) => {
    const lines = [];
    for (let index = 0; index < count; index++) {
      const mac = (FIRST_MAC + index).toString(16).padStart(12, '0');
      const device = await store.devices.get(mac);
      if (device?.token == null) throw new Error(`the phone ${mac} is not approved`);
      lines.push(`/p/${device.token}/${mac}.cfg\n`);
    }
    writeFileSync(list, lines.join(''));
  });
}

/**
 * Phones that asked and wait for a decision, behind the approved ones.
 * @param {string} main
 * @param {string} dataDir
 * @param {number} first index of the first one
 * @param {number} count
 */
export async function addPending(main, dataDir, first, count) {
  const { newDevice } = await importPart(main, 'core/new-device.js');
  const { vendors } = await importPart(main, 'vendors/all.js');
  const prefix = macOf(first).replaceAll(':', '').slice(0, 6);
  const vendor = vendors.find(({ macPrefixes }) => macPrefixes.includes(prefix));
  const now = Date.now();
  await withStore(main, dataDir, (store) =>
    store.devices.saveMany(
      Array.from({ length: count }, (_, index) => ({
        ...newDevice(macOf(first + index).replaceAll(':', ''), now),
        vendorId: vendor.id,
        lastSeenAt: now,
      })),
    ),
  );
}

/**
 * An administrator who can log in, made by a start as the first one is. Returns the password.
 * @param {object} options as of startAppliance
 * @returns {Promise<string>}
 */
export async function addAdministrator(options) {
  const password = randomBytes(18).toString('base64url');
  const server = await startAppliance({ ...options, environment: { PLUGTONE_ADMIN_PASSWORD: password } });
  await server.stop();
  cpSync(server.dataDir, options.dataDir, { recursive: true, force: true });
  return password;
}
