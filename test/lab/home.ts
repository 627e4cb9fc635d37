import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, type TestContext } from 'vitest';
import type { ExternalAddressAnswer } from '../../src/http/schemas/external-address.ts';
import type { InternetSettingsBody } from '../../src/http/schemas/internet.ts';
import type { PortMappingsAnswer } from '../../src/http/schemas/port-mappings.ts';
import type { HttpAnswer } from './hands.ts';
import { type IgdLab, openIgdLab } from './igd.ts';
import type { Forward } from './igd-router.ts';
import type { RouterSettings } from './miniupnpd.ts';
import { type ServedAppliance, serveAppliance } from './served-appliance.ts';

export interface HomeOptions {
  readonly settings?: Partial<RouterSettings>;
  /** The second router runs from the begin. */
  readonly second?: boolean;
  /** What the site says of the Internet, once the appliance runs. */
  readonly internet?: InternetSettingsBody;
}

export interface Home {
  readonly lab: IgdLab;
  /** By the API. */
  configure(internet: InternetSettingsBody): Promise<void>;
  order(path: 'upnp/search' | 'port-mappings/renew'): Promise<void>;
  ports(): Promise<PortMappingsAnswer>;
  external(): Promise<ExternalAddressAnswer>;
  /** Fails where not all wanted ports are open, by the appliance and by the router's kernel. */
  expectOpen(...wanted: readonly Forward[]): Promise<void>;
  /** Status of an HTTP request from the Internet to the router's port; 0: no answer. */
  fetchFromOutside(port: number): Promise<number>;
  serve(): Promise<void>;
  end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void>;
}

/** The real appliance in a home with a real router. It ends with the test; what it wrote is shown if that fails. */
export async function openHome(
  programs: { readonly main: string; readonly hands: string },
  { onTestFinished, onTestFailed }: TestContext,
  { internet, ...router }: HomeOptions = {},
): Promise<Home> {
  const lab = await openIgdLab({ hands: programs.hands, ...router });
  const dataDir = mkdtempSync(join(tmpdir(), 'plugtone-lab-'));
  let appliance: ServedAppliance | undefined;
  let output = '';

  onTestFailed(() => console.error(output));
  onTestFinished(async () => {
    try {
      await appliance?.end('SIGKILL');
      await lab.close();
    } finally {
      rmSync(dataDir, { recursive: true, force: true });
    }
  });

  async function ask(method: string, path: string, body?: unknown) {
    if (appliance === undefined) throw new Error('nobody serves');
    const answer = await appliance.api(method, path, body);
    if (answer.status !== 200) throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body;
  }

  const home: Home = {
    lab,
    configure: (changes) => ask('PUT', 'site', { internet: changes }),
    order: (path) => ask('POST', path),
    ports: () => ask('GET', 'port-mappings'),
    external: () => ask('GET', 'external-address'),
    async expectOpen(...wanted) {
      const { mappings } = await home.ports();
      const open = mappings.filter(({ state }) => state === 'mapped');
      expect(open.map(pickForward).sort(byPort)).toEqual([...wanted].sort(byPort));
      expect((await lab.router.forwards()).sort(byPort)).toEqual([...wanted].sort(byPort));
    },
    async fetchFromOutside(port) {
      const url = `http://${lab.router.wanAddress()}:${port}/healthz`;
      return ((await lab.handsOf('inet').order({ do: 'request', url })) as HttpAnswer).status;
    },
    async serve() {
      appliance = await serveAppliance({
        namespace: lab.namespace('app'),
        mainPath: programs.main,
        dataDir,
        hands: () => lab.handsOf('app'),
        onOutput: (text) => {
          output += text;
        },
      });
    },
    end: async (signal) => appliance?.end(signal),
  };
  await home.serve();
  if (internet !== undefined) await home.configure(internet);
  return home;
}

function pickForward({ protocol, externalPort, internalClient, internalPort }: Forward): Forward {
  return { protocol, externalPort, internalClient, internalPort };
}

function byPort(a: Forward, b: Forward): number {
  return a.externalPort - b.externalPort;
}
