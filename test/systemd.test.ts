import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, type TestContext, test } from 'vitest';

const folder = join(import.meta.dirname, '../systemd');
const unit = join(folder, 'plugtone.service');

/** In CI it must be there: a check that is skipped for ever checks nothing. */
function needSystemd(context: TestContext): void {
  if (spawnSync('systemd-analyze', ['--version']).status === 0) return;
  expect(process.env.CI, 'systemd-analyze is missing').toBeUndefined();
  context.skip('systemd-analyze is not here');
}

/** From 0 (locked up) to 10, by systemd's own measure, which changes a little from release to release. */
function exposure(file: string): number {
  const command = ['security', '--offline=true', '--no-pager', file];
  const text = execFileSync('systemd-analyze', command, { encoding: 'utf8' });
  return Number(/exposure level.*?: ([\d.]+)/i.exec(text)?.[1]);
}

test('every environment variable of the example and of the unit is one that the program reads', () => {
  const config = readFileSync(join(folder, '../src/config.ts'), 'utf8');
  for (const file of ['plugtone.env.example', 'plugtone.service']) {
    const names = [...readFileSync(join(folder, file), 'utf8').matchAll(/\b(PLUGTONE_[A-Z_]+)=/g)].map(
      ([, name]) => name ?? '',
    );
    expect(names.length).toBeGreaterThan(1);
    expect(names.filter((name) => !config.includes(`'${name}'`))).toEqual([]);
  }
});

test('systemd accepts the unit', (context) => {
  needSystemd(context);
  expect(readdirSync(folder).filter((file) => file.endsWith('.service'))).toEqual(['plugtone.service']);
  const { status, stderr } = spawnSync('systemd-analyze', ['verify', '--recursive-errors=no', unit], {
    encoding: 'utf8',
  });
  // The program of ExecStart= is at its place only where Plugtone is installed.
  expect(stderr.split('\n').filter((line) => line.includes('plugtone') && !line.includes('not executable'))).toEqual(
    [],
  );
  if (!stderr.includes('not executable')) expect(status).toBe(0);
});

test('the unit leaves the service next to nothing, also with a port below 1024', (context) => {
  needSystemd(context);
  expect(exposure(unit)).toBeLessThanOrEqual(1.5);

  const copy = mkdtempSync(join(tmpdir(), 'plugtone-unit-'));
  onTestFinished(() => rmSync(copy, { recursive: true }));
  cpSync(unit, join(copy, 'plugtone.service'));
  mkdirSync(join(copy, 'plugtone.service.d'));
  cpSync(join(folder, 'low-ports.conf'), join(copy, 'plugtone.service.d/low-ports.conf'));
  const withLowPorts = exposure(join(copy, 'plugtone.service'));
  expect(withLowPorts).toBeGreaterThan(exposure(unit));
  expect(withLowPorts).toBeLessThanOrEqual(2);
});
