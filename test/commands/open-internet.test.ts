import { expect, onTestFinished, test, vi } from 'vitest';
import { openInternet } from '../../src/commands/open-internet.ts';
import { keepingLog } from '../lan/fake-lan.ts';
import { openDoors } from '../peers/office-doors.ts';
import { makeFolder, openForTest } from '../store/samples.ts';

test('another site is looked at when it comes, and not with the next look at everything', async () => {
  const stop = new AbortController();
  const { office, doors } = openDoors();
  const internet = await openInternet({
    office,
    lan: { isOnLink: doors.lan.isOnLink, onChange: () => () => undefined },
    store: await openForTest(await makeFolder()),
    lanAddresses: ['127.0.0.1'],
    log: keepingLog(),
    signal: stop.signal,
    clock: Date.now,
  });
  onTestFinished(async () => {
    stop.abort();
    await internet.closed();
  });
  // It has looked at everything once, and rests for many seconds.
  await new Promise((resolve) => setImmediate(resolve));
  const site = office.site();
  const portMappings = [
    { protocol: 'UDP', externalPort: 5060, internalPort: 5060, count: 1, internalClient: null, description: '' },
  ] as const;
  office.adopt({
    site: { ...site, internet: { ...site.internet, mapPorts: true, portMappings, searchFrom: '127.0.0.1' } },
  });
  await vi.waitFor(() => expect(internet.doors.readKeeper().search.state).toBe('searching'), 5_000);
});
