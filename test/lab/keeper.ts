/**
 * The keeper of mappings alone, with a clock that runs faster than the router's, so that hours pass in minutes:
 * `keeper <speed> <settings as JSON>`. Prints its state as a line of JSON at each change. Ends with its standard input.
 */
import { networkInterfaces } from 'node:os';
import { DEFAULT_INTERNET, type InternetSettings } from '../../src/core/internet.ts';
import type { Logger } from '../../src/core/logger.ts';
import { readDefaultRoute } from '../../src/lan/default-route.ts';
import { chooseSearchStart } from '../../src/upnp/choose-search-start.ts';
import { searchIgds } from '../../src/upnp/igd-search.ts';
import { createMappingKeeper } from '../../src/upnp/mapping-keeper.ts';

const [speedText = '1', settingsText = '{}'] = process.argv.slice(2);
const speed = Number(speedText);
const settings: InternetSettings = { ...DEFAULT_INTERNET, ...JSON.parse(settingsText) };

const tell = (line: Readonly<Record<string, unknown>>) => console.log(JSON.stringify(line));
const write = (facts: Readonly<Record<string, unknown>>) => tell({ kind: 'log', ...facts });
const log: Logger = { debug: write, info: write, warn: write, error: write };

const startedAt = Date.now();
const end = new AbortController();
const keeper = createMappingKeeper({
  search: (start, signal) => searchIgds({ ...start, waitMs: 1_000, signal }),
  settings: () => settings,
  findStart: async (wanted) => chooseSearchStart(networkInterfaces(), await readDefaultRoute(), wanted),
  log,
  signal: end.signal,
  clock: () => startedAt + (Date.now() - startedAt) * speed,
  monotonic: () => performance.now() * speed,
  setTimer: (ms, ring) => {
    const timer = setTimeout(ring, ms / speed);
    return () => clearTimeout(timer);
  },
});
keeper.onChange(() => tell({ kind: 'state', state: keeper.state() }));
tell({ kind: 'ready' });

for await (const _ of process.stdin) {
  // Only its end counts.
}
end.abort();
await keeper.closed;
