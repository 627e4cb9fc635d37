import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { type ServiceNotifierOptions, startServiceNotifier } from '../../src/commands/service-notifier.ts';

/** With a program in the place of systemd-notify, which writes down what it is told; real systemd is in the lab. */
function open(options: Partial<ServiceNotifierOptions> & { readonly hasProgram?: boolean } = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'plugtone-notify-'));
  const file = join(folder, 'told');
  const program = join(folder, 'systemd-notify');
  writeFileSync(program, `#!/bin/sh\n(echo "$NOTIFY_SOCKET|$PLUGTONE_ADMIN_PASSWORD|$*") >> '${file}'\n`);
  chmodSync(program, options.hasProgram === false ? 0o600 : 0o755);
  const controller = new AbortController();
  const events: unknown[] = [];
  const record = (facts: Readonly<Record<string, unknown>>) => void events.push(facts.event);
  onTestFinished(async () => {
    controller.abort();
    // The last message is written after the signal.
    if (existsSync(file)) await vi.waitFor(() => expect(told().at(-1)).toContain('STOPPING=1'));
    rmSync(folder, { recursive: true, force: true });
  });
  const told = () => (existsSync(file) ? readFileSync(file, 'utf8').trimEnd().split('\n') : []);
  const notifier = startServiceNotifier({
    environment: { PATH: folder, NOTIFY_SOCKET: '/n', PLUGTONE_ADMIN_PASSWORD: 'never-told' },
    pid: process.pid,
    status: ({ isStoreFailing }) => (isStoreFailing ? 'bad' : 'good'),
    readStore: async () => 1,
    signal: controller.signal,
    log: { debug: record, info: record, warn: record, error: record },
    ...options,
    ...(options.environment && { environment: { PATH: folder, ...options.environment } }),
  });
  return { notifier, told, events, stop: () => controller.abort() };
}

const WATCHED = { NOTIFY_SOCKET: '/n', WATCHDOG_USEC: '90000' };
const pings = (told: readonly string[]) => told.filter((line) => line.includes('WATCHDOG=1'));
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

test('readiness and the status are told, and no secret goes to the child', async () => {
  const { told } = open();
  await vi.waitFor(() => expect(told()).toEqual(['/n||READY=1 STATUS=good']));
});

test('without a service manager nothing is told', async () => {
  const { notifier, told, stop } = open({ environment: { WATCHDOG_USEC: '90000' } });
  notifier.refresh();
  await pause(150);
  stop();
  await pause(50);
  expect(told()).toEqual([]);
});

test('signs of life are given as long as the store answers', async () => {
  let reads = 0;
  const { told } = open({
    environment: WATCHED,
    readStore: async () => {
      reads += 1;
    },
  });
  await vi.waitFor(() => expect(pings(told()).length).toBeGreaterThanOrEqual(3));
  expect(reads).toBeGreaterThanOrEqual(pings(told()).length);
  expect(told()[0]).toContain('READY=1');
});

test('no sign of life while the store does not answer, which is said once; it goes on when it answers', async () => {
  let answer: () => void = () => undefined;
  const hung = new Promise<void>((resolve) => {
    answer = resolve;
  });
  const { told, events } = open({ environment: WATCHED, readStore: () => hung });
  await vi.waitFor(() => expect(events).toContain('service.hung'));
  await pause(150);
  expect(pings(told())).toEqual([]);
  expect(events).toEqual(['service.hung']);
  answer();
  await vi.waitFor(() => expect(pings(told()).length).toBeGreaterThan(0));
});

test('a store that fails has answered: phones are served from memory, and the status says it', async () => {
  const { told } = open({ environment: WATCHED, readStore: () => Promise.reject(new Error('disk I/O error')) });
  await vi.waitFor(() => expect(pings(told()).length).toBeGreaterThan(1));
  expect(told()[1]).toContain('WATCHDOG=1 STATUS=bad');
  expect(told()[2]).not.toContain('STATUS');
});

test('a status is told when it is another one, and only then', async () => {
  let status = 'none';
  const { notifier, told } = open({ status: () => status });
  notifier.refresh();
  status = 'eth0';
  notifier.refresh();
  notifier.refresh();
  await vi.waitFor(() => expect(told()).toEqual(['/n||READY=1 STATUS=none', '/n||STATUS=eth0']));
});

test('the stop is the last that is told', async () => {
  const { notifier, told, stop } = open({ environment: WATCHED });
  await vi.waitFor(() => expect(pings(told()).length).toBeGreaterThan(0));
  stop();
  notifier.refresh();
  await vi.waitFor(() => expect(told().at(-1)).toBe('/n||STOPPING=1 STATUS=stopping'));
  const before = told().length;
  await pause(150);
  expect(told()).toHaveLength(before);
});

test('where systemd cannot be told anything, that is said once, and the appliance goes on', async () => {
  const { events } = open({ environment: WATCHED, hasProgram: false });
  await vi.waitFor(() => expect(events).toContain('service.notify-failed'));
  await pause(150);
  expect(events).toEqual(['service.notify-failed']);
});
