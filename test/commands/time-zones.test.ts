import { expect, test } from 'vitest';
import { CommandError } from '../../src/commands/command-error.ts';
import { buildTimeZoneRows, timeZonesCommand } from '../../src/commands/time-zones.ts';
import { listTimeZones } from '../../src/core/time-zones.ts';
import { vendors } from '../../src/vendors/all.ts';

async function run(...flags: string[]): Promise<string> {
  let printed = '';
  const command = timeZonesCommand();
  command.exitOverride().configureOutput({
    writeOut: (text) => {
      printed += text;
    },
    writeErr: () => undefined,
  });
  await command.parseAsync(flags, { from: 'user' });
  return printed;
}

test('JSON has a row for every name and vendor, with what the vendor is told', async () => {
  const rows: unknown = JSON.parse(await run('--format', 'json'));
  if (!Array.isArray(rows)) throw new Error('not a list');
  expect(rows.length).toBe(listTimeZones().length * vendors.length);
  expect(rows.every((row) => Object.keys(row).join() === 'zone,vendor,settings,exact,note')).toBe(true);
  expect(rows).toContainEqual({
    zone: 'Europe/Kiev',
    vendor: 'grandstream',
    settings: { P64: 'customize', P246: 'EET-2EEST-3,M3.5.0/03:00:00,M10.5.0/04:00:00', P143: '0' },
    exact: true,
    note: null,
  });
});

test('one vendor can be asked for', async () => {
  const rows: unknown = JSON.parse(await run('--vendor', 'snom', '--format', 'json'));
  if (!Array.isArray(rows)) throw new Error('not a list');
  expect(new Set(rows.map(({ vendor }) => vendor))).toEqual(new Set(['snom']));
});

test('the table ends with totals that count each zone once', async () => {
  const table = await run('--vendor', 'yealink');
  expect(table).toMatch(/^Europe\/Berlin +yealink +exact +local_time\.time_zone = \+1; /m);
  expect(table).toMatch(/^Pacific\/Chatham +yealink +not exact .*\(.*15 minutes late.*\)$/m);
  const totals = /^Yealink: (\d+) exact, (\d+) not exact\nof (\d+) zones/m.exec(table);
  expect(Number(totals?.[1]) + Number(totals?.[2])).toBe(Number(totals?.[3]));
});

test('a vendor that is not known is an error that names the known ones', async () => {
  await expect(run('--vendor', 'acme')).rejects.toThrow(CommandError);
  await expect(run('--vendor', 'acme')).rejects.toMatchObject({
    exitCode: 2,
    message: expect.stringContaining('snom'),
  });
});

test('a format that is not known is wrong usage', async () => {
  await expect(run('--format', 'xml')).rejects.toMatchObject({ code: 'commander.invalidArgument' });
});

test('the same instant gives the same rows', () => {
  const now = Date.UTC(2027, 0, 1);
  expect(buildTimeZoneRows(vendors, now)).toEqual(buildTimeZoneRows(vendors, now));
});
