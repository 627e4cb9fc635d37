import { expect, test, vi } from 'vitest';
import type { QuarantineEntry } from '../../src/core/quarantine.ts';
import { openStore } from '../../src/store/store.ts';
import { mac } from '../peers/office-doors.ts';
import { runAppliance } from '../peers/running-appliance.ts';
import { useCommandLine } from './command-line.ts';

const { said, plugtone } = useCommandLine();

const entry = (address: string, more: Partial<QuarantineEntry> = {}): QuarantineEntry => ({
  address,
  mac: null,
  reason: 'bad-token',
  since: Date.now(),
  until: Date.now() + 1_800_000,
  times: 3,
  ...more,
});

test('who is in quarantine is listed and released beside a running server, which follows', async () => {
  const { dataDir, stop } = await runAppliance();
  await stop();
  const store = await openStore({ dataDir });
  await store.quarantine.put(entry('192.168.10.66', { mac: mac('020000000066') }), 0);
  await store.quarantine.put(entry('192.168.10.67', { reason: 'wrong-password' }), 0);
  await store.quarantine.put(entry('192.168.10.68', { until: Date.now() - 1_000 }), 0);
  await store.close();

  const server = await runAppliance(dataDir);
  await server.createToken('viewer');
  const inQuarantine = async () =>
    (await server.api('GET', 'quarantine')).body.items.map(({ address }: { address: string }) => address).sort();
  expect(await inQuarantine()).toEqual(['192.168.10.66', '192.168.10.67']);

  expect(await plugtone('quarantine', 'list', '--data-dir', dataDir)).toBe(0);
  expect(said.out.trim().split('\n')).toHaveLength(2);
  expect(said.out).toMatch(
    /192\.168\.10\.66 {2}02:00:00:00:00:66 {2}until 20\d\d-.* {2}\(time 3\) {2}many different tokens/,
  );
  expect(await plugtone('quarantine', 'release', '192.168.10.66', '--data-dir', dataDir)).toBe(0);
  expect(said.out).toBe('192.168.10.66 is released\n');
  await vi.waitFor(async () => expect(await inQuarantine()).toEqual(['192.168.10.67']), { timeout: 5_000 });
  expect(await plugtone('quarantine', 'release', '--all', '--data-dir', dataDir)).toBe(0);
  await vi.waitFor(async () => expect(await inQuarantine()).toEqual([]), { timeout: 5_000 });
  expect(server.logged.filter((line) => line.includes('quarantine.released'))).toHaveLength(2);

  expect(await plugtone('quarantine', 'release', '192.168.10.66', '--data-dir', dataDir)).toBe(1);
  expect(said.errors).toContain('192.168.10.66 is not in quarantine');
  expect(await plugtone('quarantine', 'release', '--all', '--data-dir', dataDir)).toBe(0);
  await server.remove();
}, 30_000);

test.each([
  [[], 'name an address, or give --all'],
  [['192.168.10.66', '--all'], 'name an address, or give --all'],
  [['office'], '"office" is no IPv4 address'],
])('release %j is wrong usage', async (words, message) => {
  expect(await plugtone('quarantine', 'release', ...words)).toBe(2);
  expect(said.errors).toContain(message);
});
