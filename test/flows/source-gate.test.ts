import { expect, test } from 'vitest';
import type { FilterRule } from '../../src/core/trust.ts';
import { DEFAULT_TRUST } from '../../src/core/trust.ts';
import { createSourceGate } from '../../src/flows/source-gate.ts';
import { createSourceRules } from '../../src/flows/source-rules.ts';
import { mac, openDoors } from '../peers/office-doors.ts';

function setUp(rules: readonly FilterRule[] = []) {
  const opened = openDoors({ site: { trust: { ...DEFAULT_TRUST, rules } } });
  const { doors, office, quarantine } = opened;
  const time = { now: 5_000 };
  const logged: unknown[] = [];
  const tell = (facts: unknown) => void logged.push(facts);
  const gate = createSourceGate({
    rules: createSourceRules(office, doors.lan),
    quarantine,
    counters: doors.counters,
    log: { debug: tell, info: tell, warn: tell, error: tell },
    clock: () => time.now,
  });
  return { ...opened, gate, time, logged, read: () => doors.counters.read() };
}

const rule = (
  action: FilterRule['action'],
  network: string,
  protocol: FilterRule['protocol'] = 'both',
): FilterRule => ({
  action,
  network,
  protocol,
  note: '',
});

function countHeard({ gate }: ReturnType<typeof setUp>, address: string, times: number): number {
  return Array.from({ length: times }, () => gate.hears(address)).filter(Boolean).length;
}

test('5,000 phones that boot within a second are heard, with their copies and answers', () => {
  const world = setUp();
  let heard = 0;
  for (let index = 0; index < 5_000; index++) {
    world.time.now = 5_000 + index / 5;
    // Two copies of the SUBSCRIBE and the answer to the NOTIFY.
    heard += countHeard(world, `192.168.10.${index}`, 3);
  }
  expect(heard).toBe(15_000);
});

test('64 phones behind one address are heard, all their copies included, and fetch their files', () => {
  const world = setUp();
  let heard = 0;
  let taken = 0;
  for (let copy = 0; copy < 11; copy++) {
    heard += countHeard(world, '192.168.10.50', 64);
    world.time.now += copy === 0 ? 500 : 2_000;
  }
  for (let request = 0; request < 64 * 6; request++) if (world.gate.takes('192.168.10.50')) taken += 1;
  expect([heard, taken]).toEqual([11 * 64, 64 * 6]);
});

test('a flood from one address is cut, and nobody else notices', () => {
  const world = setUp();
  expect(countHeard(world, '192.168.10.66', 100_000)).toBe(512);
  expect(countHeard(world, '192.168.10.31', 10)).toBe(10);
  world.time.now += 1_000;
  expect(countHeard(world, '192.168.10.66', 100_000)).toBe(200);
  expect(world.read()).toMatchObject({ datagramsLimited: 199_288 });
  // Said once.
  expect(world.logged).toHaveLength(1);
});

test('a flood from forged addresses is cut as a whole', () => {
  const world = setUp();
  let heard = 0;
  for (let index = 0; index < 60_000; index++) heard += countHeard(world, `192.168.10.${index}`, 1);
  expect(heard).toBe(40_000);
});

test('who floods is heard again as soon as the flood ends: nothing of it stays', () => {
  const world = setUp();
  for (let round = 0; round < 100; round++) {
    countHeard(world, '192.168.10.31', 1_000);
    world.time.now += 100;
  }
  world.time.now += 50;
  expect(countHeard(world, '192.168.10.31', 1)).toBe(1);
});

test('rules come first: dropped is dropped, trusted is never slowed down', () => {
  const world = setUp([
    rule('trust', '192.168.10.9'),
    rule('drop', '192.168.10.0/28', 'sip'),
    rule('allow', '10.9.0.0/16', 'sip'),
  ]);
  expect(countHeard(world, '192.168.10.9', 10_000)).toBe(10_000);
  expect(countHeard(world, '192.168.10.3', 10)).toBe(0);
  expect(world.gate.takes('192.168.10.3')).toBe(true);
  expect(countHeard(world, '10.9.1.1', 10)).toBe(10);
  expect(world.gate.connect('10.9.1.1')).toBeUndefined();
  expect(world.gate.hears('10.10.1.1')).toBe(false);
  expect(world.read()).toMatchObject({ datagramsFiltered: 11, requestsFiltered: 1 });
});

test('nothing is sent to where nobody is heard from: never off-link without a rule', () => {
  const { gate } = setUp([
    rule('allow', '10.9.0.0/16', 'sip'),
    rule('allow', '10.8.0.0/16', 'http'),
    rule('drop', '192.168.10.7'),
  ]);
  const addresses = ['192.168.10.31', '10.9.1.1', '10.8.1.1', '198.51.100.7', '192.168.10.7', '127.0.0.1'];
  expect(addresses.map(gate.maySend)).toEqual([true, true, false, false, false, true]);
});

test('who is in quarantine is not heard, not connected, and not read on a connection that was open', () => {
  const world = setUp();
  world.neighbours.set('192.168.10.66', mac('020000000066'));
  const leave = world.gate.connect('192.168.10.66');
  expect(leave).toBeDefined();
  for (let guess = 0; guess < 11; guess++) {
    world.quarantine.fail({ kind: 'bad-token', address: '192.168.10.66', what: String(guess) });
  }
  expect(world.gate.hears('192.168.10.66')).toBe(false);
  expect(world.gate.takes('192.168.10.66')).toBe(false);
  expect(world.gate.connect('192.168.10.66')).toBeUndefined();
  leave?.();
  expect(world.read()).toMatchObject({ datagramsQuarantined: 1, requestsQuarantined: 2 });
});

test('one source holds so many connections and no more, until it lets go of one', () => {
  const { gate } = setUp();
  const open = Array.from({ length: 300 }, () => gate.connect('192.168.10.66')).filter((leave) => leave !== undefined);
  expect(open).toHaveLength(256);
  expect(gate.connect('192.168.10.31')).toBeDefined();
  open[0]?.();
  expect(gate.connect('192.168.10.66')).toBeDefined();
  expect(gate.connect('192.168.10.66')).toBeUndefined();
});

test('this host is not limited: what it plays, it plays for a person', () => {
  const world = setUp([rule('drop', '0.0.0.0/0')]);
  expect(countHeard(world, '127.0.0.1', 50_000)).toBe(50_000);
});
