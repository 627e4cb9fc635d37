import { setImmediate as turn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { giveReason, type JourneyStep } from '../../../src/core/journey.ts';
import { NO_FETCH, NO_ORDER } from '../../../src/flows/note-stalls.ts';
import { watchFetches } from '../../../src/flows/other-servers/fetch-watch.ts';
import type { OtherServer } from '../../../src/flows/other-servers/server-facts.ts';
import { createTroubleBoard } from '../../../src/flows/troubles.ts';
import { device, mac, openDoors } from '../../peers/office-doors.ts';

const PHONE = mac('001565000001');

const ROGUE: OtherServer = {
  id: '525400000009',
  address: '192.168.10.9',
  mac: mac('525400000009'),
  make: null,
  isOwnHost: false,
  heardAt: '192.168.10.2',
  status: 200,
  says: null,
  url: 'http://192.168.10.9/x/',
  firstSeenAt: 0,
  lastSeenAt: 0,
};

function setUp(alarms: readonly OtherServer[] = [ROGUE]) {
  const { office, journey } = openDoors({ devices: [device(PHONE, { state: 'approved' })] });
  const stop = watchFetches({ office, servers: { alarms: () => alarms }, clock: () => 7 });
  const troubles = createTroubleBoard({ office, readJourney: async () => [] });
  const step = (name: JourneyStep, detail = {}, because: typeof NO_FETCH | null = null) =>
    office.record({ mac: PHONE, at: 1, step: name, ...giveReason(because), detail });
  return {
    journey,
    stop,
    step,
    /** The phone boots, is told its URL, and does not come. */
    async bootInVain(because = NO_FETCH) {
      step('seen');
      step('notified');
      step('stalled', {}, because);
      await turn();
    },
    trouble: () => troubles.known(PHONE)?.reason,
    blamed: () => journey.filter(({ detail }) => detail.otherServer !== undefined).length,
  };
}

test('fetching nothing twice in a row names the other server on the card', async () => {
  const { bootInVain, trouble, blamed } = setUp();
  await bootInVain();
  expect(trouble()).toBe(NO_FETCH.text);
  await bootInVain();
  expect(blamed()).toBe(1);
  expect(trouble()).toBe(
    'told its URL 2 times, the phone fetched nothing, and 192.168.10.9 (52:54:00:00:00:09) sends phones to ' +
      'http://192.168.10.9/x/: switch that off, then power-cycle the phone',
  );
});

test('a server that names no URL is named all the same', async () => {
  const { bootInVain, trouble } = setUp([{ ...ROGUE, mac: null, url: null }]);
  await bootInVain();
  await bootInVain();
  expect(trouble()).toContain('192.168.10.9 answers phones, too');
});

test('without an alarm nobody is blamed', async () => {
  const { bootInVain, trouble, blamed } = setUp([]);
  for (let times = 0; times < 3; times++) await bootInVain();
  expect(blamed()).toBe(0);
  expect(trouble()).toBe(NO_FETCH.text);
});

test.each([
  ['fetched', { status: 200, file: 'a.cfg' }],
  ['fetched', { status: 304, file: 'a.cfg' }],
  ['refused', { file: 'a.cfg' }],
  ['approved', {}],
] as const)('a phone that comes between (%s) is not taken', async (name, detail) => {
  const { bootInVain, step, blamed } = setUp();
  await bootInVain();
  step(name, detail);
  await bootInVain();
  expect(blamed()).toBe(0);
});

test('a refused NOTIFY is no visit', async () => {
  const { bootInVain, step, blamed } = setUp();
  await bootInVain();
  step('refused', { event: 'ua-profile', status: 481 });
  await bootInVain();
  expect(blamed()).toBe(1);
});

test('what another server cannot be the cause of does not name it', async () => {
  const { bootInVain, blamed } = setUp();
  await bootInVain(NO_ORDER);
  await bootInVain(NO_ORDER);
  expect(blamed()).toBe(0);
});

test('when it is stopped it says nothing', async () => {
  const { bootInVain, stop, blamed } = setUp();
  await bootInVain();
  stop();
  await bootInVain();
  expect(blamed()).toBe(0);
});
