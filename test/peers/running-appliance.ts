import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Appliance, startAppliance } from '../../src/commands/appliance.ts';
import { createSimulatedPhone, type PhoneStep, type SimulatedPhone } from '../../src/commands/simulated-phone.ts';
import type { Config } from '../../src/config.ts';
import type { Logger } from '../../src/core/logger.ts';
import type { MacAddress } from '../../src/core/mac-address.ts';
import { openStore } from '../../src/store/store.ts';
import type { Vendor } from '../../src/vendors/vendor.ts';
import { findLeaks } from './secret-scan.ts';
import { readStoredSecrets } from './stored-secrets.ts';

/** The whole appliance on loopback, ports of its own, in a folder of its own; everything it logged is kept. */
export async function runAppliance(dataDir = mkdtempSync(join(tmpdir(), 'plugtone-')), more: Pick<Config, 'tls'> = {}) {
  const controller = new AbortController();
  const logged: string[] = [];
  const keep = (facts: unknown, message: string) => void logged.push(`${JSON.stringify(facts)} ${message}`);
  const log: Logger = { debug: keep, info: keep, warn: keep, error: keep };
  const config = {
    dataDir,
    siteDir: join(dataDir, 'site'),
    webPort: 0,
    phonePort: 0,
    sipPort: 0,
    lanAddresses: ['127.0.0.1'],
    logLevel: 'info',
    ...more,
  } as const;
  const appliance: Appliance = await startAppliance(config, { signal: controller.signal, log });
  const answers: string[] = [];
  const tokens: string[] = [];
  let bearer = '';

  /** A request to the API; the answer's JSON, or its text. */
  async function api(method: string, path: string, body?: unknown) {
    const response = await fetch(`http://127.0.0.1:${appliance.webPort}/api/v1/${path}`, {
      method,
      headers: { authorization: `Bearer ${bearer}`, ...(body !== undefined && { 'content-type': 'application/json' }) },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    answers.push(text);
    const isJson = /json/.test(response.headers.get('content-type') ?? '');
    return { status: response.status, body: isJson && text !== '' ? JSON.parse(text) : text };
  }

  return {
    appliance,
    dataDir,
    logged,
    answers,
    api,
    /** What another process does beside the running one: it opens the same files. */
    async createToken(role: 'admin' | 'technician' | 'viewer', name: string = role) {
      const store = await openStore({ dataDir });
      const created = await store.tokens.create({ name, role });
      await store.close();
      if (!created.ok) throw new Error('the name is taken');
      bearer = created.value.token;
      tokens.push(bearer);
      return bearer;
    },
    async phone(vendor: Vendor, mac: MacAddress, model = vendor.simulated.model) {
      const steps: PhoneStep[] = [];
      const phone: SimulatedPhone = await createSimulatedPhone({
        vendor,
        mac,
        model,
        firmware: vendor.simulated.firmware,
        lanAddress: '127.0.0.1',
        target: { address: '224.0.1.75', port: appliance.listener.state().port },
        signal: controller.signal,
        onStep: (step) => steps.push(step),
      });
      await phone.boot();
      return { ...phone, steps };
    },
    async stop() {
      controller.abort();
      await appliance.closed;
    },
    /** Also looks for every secret that the appliance has come to know in all that it logged and kept for the record. */
    async remove() {
      controller.abort();
      await appliance.closed;
      const { secrets, rows } = await readStoredSecrets(dataDir);
      rmSync(dataDir, { recursive: true, force: true });
      const lines = logged.map((line, index) => [`log line ${index}: ${line.slice(0, 60)}`, line] as const);
      const leaks = findLeaks(
        [...lines, ...rows],
        [...secrets, ...tokens.map((token) => ['API token', token] as const)],
      );
      if (leaks.length > 0) throw new Error(`secrets got out: ${leaks.join('; ')}`);
    },
  };
}
