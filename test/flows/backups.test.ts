import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import type { AuditEntry } from '../../src/core/audit.ts';
import type { BackupTry } from '../../src/core/backup.ts';
import { Secret } from '../../src/core/secret.ts';
import { DEFAULT_SITE, type Site } from '../../src/core/site.ts';
import { DEFAULT_TRUST } from '../../src/core/trust.ts';
import { createBackups, MOST_MANUAL } from '../../src/flows/backups.ts';
import { createOffice } from '../../src/flows/office.ts';
import { createBackupsMemory } from '../http/backups-memory.ts';
import { createLogMemory } from '../http/log-memory.ts';
import { nameSecrets } from '../peers/known-secrets.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const PASSPHRASE = 'four words of a phrase';
nameSecrets([PASSPHRASE]);
/** Wednesday, 7 January 2026, 20:00 in Berlin. */
const EVENING = Date.UTC(2026, 0, 7, 19);
/** The 02:30 after it. */
const NIGHT = Date.UTC(2026, 0, 8, 1, 30);

const WANTED: Partial<Site> = {
  settings: { timeZone: 'Europe/Berlin' },
  trust: { ...DEFAULT_TRUST, nightlyBackupsKept: 3 },
  backupPassphrase: new Secret(PASSPHRASE),
};

function open(site: Partial<Site> = WANTED, now = EVENING) {
  const time = { now };
  const audit: AuditEntry[] = [];
  const { log, lines } = createLogMemory();
  const office = createOffice(
    { devices: [], extensions: [], site: { ...DEFAULT_SITE, ...site } },
    {
      async commit(change) {
        audit.unshift(...(change.audit ?? []));
      },
    },
    { recordSighting: () => undefined, recordJourney: () => undefined },
  );
  const memory = createBackupsMemory();
  const start = () => {
    const backups = createBackups({ office, ...memory.doors, log, clock: () => time.now, lookEveryMs: 1 });
    onTestFinished(() => backups.stop());
    return backups;
  };
  return { ...memory, time, audit, lines, start, office };
}

/** Some looks of the loop. */
const someLooks = () => sleep(30);

/** Steps through the time; what was made when. */
async function live(world: ReturnType<typeof open>, until: number, stepMs: number): Promise<string[]> {
  const before = new Set(world.files.map(({ name }) => name));
  const made: string[] = [];
  for (; world.time.now < until; world.time.now += stepMs) {
    await sleep(6);
    for (const { name, madeAt } of world.files.toReversed()) {
      if (before.has(name)) continue;
      before.add(name);
      made.push(new Date(madeAt).toISOString().slice(0, 16));
    }
  }
  return made;
}

test('the first one soon after it is wanted, then each night at 02:30 of the site, and so many are kept', async () => {
  const world = open();
  const backups = world.start();
  expect((await backups.state()).nextAt).toBe(EVENING + 10 * 60_000);
  const made = await live(world, EVENING + 5 * DAY, 10 * 60_000);
  expect(made).toEqual([
    '2026-01-07T19:10',
    '2026-01-08T01:30',
    '2026-01-09T01:30',
    '2026-01-10T01:30',
    '2026-01-11T01:30',
    '2026-01-12T01:30',
  ]);
  expect(world.files.map(({ madeAt }) => new Date(madeAt).getUTCDate())).toEqual([12, 11, 10]);
  expect(world.passphrases).toEqual(Array(6).fill(PASSPHRASE));
  expect(world.audit[0]).toMatchObject({ actor: 'nightly backup', action: 'backup.made', subject: 'site' });
  expect(JSON.stringify([world.lines, world.audit])).not.toContain(PASSPHRASE);
});

test.each([
  ['none are kept', { ...WANTED, trust: DEFAULT_TRUST }],
  ['there is no passphrase', { ...WANTED, backupPassphrase: null }],
])('no backup is made by night where %s', async (_, site) => {
  const world = open(site, NIGHT + 1);
  const backups = world.start();
  world.time.now += 3 * DAY;
  await someLooks();
  expect(world.files).toEqual([]);
  expect((await backups.state()).nextAt).toBeNull();
});

test('an appliance that is off at night makes it up when it has been on for a while', async () => {
  const world = open();
  const first = world.start();
  await live(world, EVENING + 20 * 60_000, 5 * 60_000);
  await first.stop();
  world.time.now = NIGHT + 6 * HOUR;
  world.start();
  await someLooks();
  expect(world.files).toHaveLength(1);
  world.time.now += 11 * 60_000;
  await someLooks();
  expect(world.files).toHaveLength(2);
  // And then it waits for the night again.
  world.time.now += 10 * HOUR;
  await someLooks();
  expect(world.files).toHaveLength(2);
});

test('a failure is logged and kept, and tried again after an hour', async () => {
  const world = open();
  world.fail('The disk is full.');
  const backups = world.start();
  world.time.now += 10 * 60_000;
  await someLooks();
  expect(world.passphrases).toHaveLength(1);
  expect(await backups.state()).toMatchObject({
    last: { kind: 'nightly', problem: 'The disk is full.' } satisfies Partial<BackupTry>,
  });
  expect(world.lines.filter((line) => line.includes('backup.failed'))).toHaveLength(1);
  world.time.now += 59 * 60_000;
  await someLooks();
  expect(world.passphrases).toHaveLength(1);
  world.fail(undefined);
  world.time.now += 60_000;
  await someLooks();
  expect(world.files).toHaveLength(1);
  expect((await backups.state()).last).toMatchObject({ problem: null });
});

test('a clock that was ahead for a while keeps no backup from being made', async () => {
  const world = open(WANTED, EVENING + 365 * DAY);
  const ahead = world.start();
  world.time.now += HOUR;
  await someLooks();
  expect(world.files).toHaveLength(1);
  await ahead.stop();
  world.time.now = EVENING;
  world.start();
  world.time.now += HOUR;
  await someLooks();
  expect(world.files).toHaveLength(2);
});

test('a person makes one at any time, with a passphrase of his own or that of the site', async () => {
  const world = open({ ...WANTED, trust: DEFAULT_TRUST });
  const backups = world.start();
  expect((await backups.make('Anna')).ok).toBe(true);
  world.time.now += 1_000;
  expect((await backups.make('Anna', new Secret('another one of mine'))).ok).toBe(true);
  expect(world.passphrases).toEqual([PASSPHRASE, 'another one of mine']);
  expect(world.audit.map(({ actor, action }) => [actor, action])).toEqual([
    ['Anna', 'backup.made'],
    ['Anna', 'backup.made'],
  ]);
  for (let more = 0; more < MOST_MANUAL + 3; more++) {
    world.time.now += 1_000;
    await backups.make('Anna');
  }
  expect(await backups.list()).toHaveLength(MOST_MANUAL);
});

test.each([
  ['no passphrase at all', undefined, 'no-backup-passphrase'],
  ['a short one', 'short', 'weak-passphrase'],
  ['a simple one', 'administrator', 'weak-passphrase'],
])('with %s, none is made', async (_, passphrase, kind) => {
  const world = open({ backupPassphrase: null });
  const made = await world.start().make('Anna', passphrase === undefined ? undefined : new Secret(passphrase));
  expect(made).toMatchObject({ ok: false, problem: { kind } });
  expect(world.passphrases).toEqual([]);
});

test('one at a time: the second is told so, and the end waits for the first', async () => {
  const world = open();
  let release: () => void = () => undefined;
  world.hold(new Promise((resolve) => (release = resolve)));
  const backups = world.start();
  const first = backups.make('Anna');
  expect(await backups.make('Theo')).toMatchObject({ ok: false, problem: { kind: 'backup-running' } });
  expect((await backups.state()).isRunning).toBe(true);
  let isStopped = false;
  const stopping = backups.stop().then(() => {
    isStopped = true;
  });
  await someLooks();
  expect(isStopped).toBe(false);
  release();
  expect((await first).ok).toBe(true);
  await stopping;
});

test('a download that does not get into the audit leaves no file open', async () => {
  const { start, office, doors, files } = open();
  const backups = start();
  await backups.make('anna', new Secret(PASSPHRASE));
  const [name = ''] = files.map((file) => file.name);
  const found = await doors.folder.read(name);
  if (found === undefined) throw new Error('no backup');
  doors.folder.read = async () => found;
  office.commit = async () => {
    throw new Error('the disk is full');
  };
  await expect(backups.read(name, 'anna')).rejects.toThrow('the disk is full');
  expect(found.stream.destroyed).toBe(true);
});
