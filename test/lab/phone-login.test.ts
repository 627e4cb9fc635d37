import { beforeEach, expect, test, vi } from 'vitest';
import { vendors } from '../../src/vendors/all.ts';
import { mac as macOf } from '../peers/office-doors.ts';
import { describeOffice } from './describe-lab.ts';
import { type LabPhone, type PhoneLab, WAIT } from './phone-lab.ts';

const PASSWORD = 'Geheim101x';

function findPhone(): LabPhone {
  const vendor = vendors.find(({ macPrefixes }) => macPrefixes.some((prefix) => prefix === '001565'));
  if (vendor === undefined) throw new Error('nobody has 001565');
  return { host: 'pha', vendor, mac: macOf('0015657c0022'), address: '10.77.4.22' };
}

const victim = findPhone();

describeOffice('a phone that logs in', [], ({ open }) => {
  let lab: PhoneLab;

  beforeEach(async () => {
    lab = await open();
    lab.plug(victim);
    await lab.serve();
  });

  /** The fetches of its own file: status, whether it logged in, and from where. */
  const fetches = () =>
    lab
      .steps(victim)
      .flatMap((step) =>
        step.kind === 'fetched' && step.isOwnFile
          ? [[step.fetch.status, step.fetch.loggedIn, step.fetch.url] as const]
          : [],
      );

  const fetched = (times: number) => vi.waitFor(() => expect(fetches()).toHaveLength(times), WAIT);

  test('who has its MAC address and its token gets nothing once the phone has logged in', async () => {
    const { status, body } = await lab.api('PUT', 'site', { trust: { phoneLogin: 'digest' } });
    if (status !== 200) throw new Error(JSON.stringify(body));
    await lab.approve({ mac: victim.mac, extension: '101', password: PASSWORD });
    await lab.boot(victim);
    await fetched(1);
    await lab.boot(victim);
    await fetched(2);
    expect(fetches().map(([code, loggedIn]) => [code, loggedIn])).toEqual([
      [200, false],
      [200, true],
    ]);
    const url = fetches()[0]?.[2] ?? '';

    const clone = await lab.move({ ...victim }, 'pha', '10.77.9.66');
    const guess = Buffer.from(`${victim.mac}:${PASSWORD}`).toString('base64');
    const answers = [
      await lab.get(clone, url),
      await lab.get(clone, url),
      await lab.request('pha', url, { from: clone.address, headers: { authorization: `Basic ${guess}` } }),
    ];
    for (const answer of answers) {
      expect(answer).toMatchObject({ status: 401, body: 'unauthorized\n' });
      expect(JSON.stringify(answer)).not.toContain(PASSWORD);
    }
    await vi.waitFor(async () => {
      const reasons = (await lab.journey(victim)).map(({ reason }) => reason);
      expect(reasons).toContainEqual(expect.stringContaining('hand its files over again'));
    }, WAIT);

    // A person decides otherwise.
    expect((await lab.api('POST', `devices/${victim.mac}/hand-over`)).status).toBe(200);
    expect(await lab.get(clone, url)).toMatchObject({ status: 200, body: expect.stringContaining(PASSWORD) });
  });
});
