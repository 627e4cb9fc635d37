import { expect, test } from 'vitest';
import { type ChoiceCircumstances, chooseGateway } from '../../src/upnp/choose-gateway.ts';
import type { GatewayFacts } from '../../src/upnp/gateway.ts';
import { createSteadyClock } from '../../src/upnp/steady-clock.ts';

const START = { localAddress: '10.0.0.9', defaultRouter: '10.0.0.1' };

function facts(address: string, patch: Partial<GatewayFacts> = {}): GatewayFacts {
  return {
    kind: 'igd',
    id: `uuid:${address}`,
    address,
    localAddress: '10.0.0.9',
    name: null,
    manufacturer: null,
    model: null,
    serviceType: null,
    location: null,
    bootId: null,
    isDefaultRouter: address === START.defaultRouter,
    ...patch,
  };
}

const [FIRST, SECOND] = [facts('10.0.0.1'), facts('10.0.0.2')];
const USING_FIRST: ChoiceCircumstances = { start: START, lastUsed: FIRST, missingFor: 0 };
const LONG = 300_000;

test.each<[string, GatewayFacts[], Partial<ChoiceCircumstances>, number | null, boolean]>([
  ['the default router is preferred at first', [SECOND, FIRST], { lastUsed: null }, 1, false],
  ['without a default router the first answer counts', [SECOND], { lastUsed: null }, 0, false],
  ['nothing found is nothing chosen', [], { lastUsed: null }, null, false],
  [
    'an answer to another address of ours is not taken',
    [facts('10.0.0.1', { localAddress: '10.9.0.9' })],
    { lastUsed: null },
    null,
    false,
  ],
  ['the used one stays, though the default router is there now', [FIRST, SECOND], { lastUsed: SECOND }, 1, true],
  ['another one does not take the place of one that restarts', [SECOND], {}, null, true],
  ['but of one that stays away', [SECOND], { missingFor: LONG }, 0, false],
  ['the same id at another address is the same router', [facts('10.0.0.5', { id: FIRST.id })], {}, 0, false],
  ['another id at the same address is its successor', [SECOND, facts('10.0.0.1', { id: 'uuid:new' })], {}, 1, false],
  ['its id and address go before its address', [facts('10.0.0.1', { id: 'uuid:v2' }), FIRST], {}, 1, true],
  [
    'PCP of a router whose UPnP restarts must wait',
    [facts('10.0.0.1', { kind: 'pcp', id: 'pcp:10.0.0.1' })],
    {},
    null,
    true,
  ],
  [
    'UPnP goes before PCP once it is there',
    [facts('10.0.0.1', { kind: 'pcp', id: 'pcp:10.0.0.1' }), FIRST],
    { lastUsed: facts('10.0.0.1', { kind: 'pcp', id: 'pcp:10.0.0.1' }) },
    1,
    false,
  ],
  [
    'where the default route leads now goes before where it led',
    [FIRST, SECOND],
    { start: { ...START, defaultRouter: '10.0.0.2' } },
    1,
    false,
  ],
])('%s', (_name, found, patch, index, isSame) => {
  expect(chooseGateway(found, { ...USING_FIRST, ...patch })).toMatchObject({ index, isSame });
});

test('the steady clock follows the monotonic one, whatever is done to the wall clock', () => {
  let [wall, mono] = [1_700_000_000_000, 500];
  const steady = createSteadyClock({ clock: () => wall, monotonic: () => mono });
  const begin = steady.now();
  mono += 1_000;
  wall += 1_000 - 3_600_000;
  expect(steady.now() - begin).toBe(1_000);
  expect(steady.toWall(steady.now())).toBe(wall);
  mono += 1_000;
  wall += 1_000 + 59_000;
  expect(steady.now() - begin).toBe(2_000);
  expect(steady.toWall(steady.now())).toBe(wall);
});

test('what the host slept through has passed', () => {
  let [wall, mono] = [1_700_000_000_000, 500];
  const steady = createSteadyClock({ clock: () => wall, monotonic: () => mono });
  const begin = steady.now();
  mono += 1_000;
  wall += 8 * 3_600_000;
  expect(steady.now() - begin).toBe(8 * 3_600_000);
  expect(steady.now() - begin).toBe(8 * 3_600_000);
  expect(steady.toWall(begin)).toBe(1_700_000_000_000);
});
