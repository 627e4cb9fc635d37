import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const folder = join(import.meta.dirname, '../systemd');

test('every environment variable of the example is one that the program reads', () => {
  const config = readFileSync(join(folder, '../src/config.ts'), 'utf8');
  const example = readFileSync(join(folder, 'plugtone.env.example'), 'utf8');
  const names = [...example.matchAll(/^#?(PLUGTONE_[A-Z_]+)=/gm)].map(([, name]) => name ?? '');
  expect(names.length).toBeGreaterThan(3);
  expect(names.filter((name) => !config.includes(`'${name}'`))).toEqual([]);
});

test('systemd accepts the unit', (context) => {
  try {
    execFileSync('systemd-analyze', ['--version'], { stdio: 'ignore' });
  } catch {
    // In CI it must be there: a check that is skipped for ever checks nothing.
    expect(process.env.CI, 'systemd-analyze is missing').toBeUndefined();
    context.skip('systemd-analyze is not here');
  }
  const units = readdirSync(folder).filter((file) => file.endsWith('.service'));
  expect(units).toEqual(['plugtone.service']);
  const text = execFileSync(
    'systemd-analyze',
    ['security', '--offline=true', '--no-pager', join(folder, 'plugtone.service')],
    {
      encoding: 'utf8',
    },
  );
  const score = Number(/exposure level.*?: ([\d.]+)/i.exec(text)?.[1]);
  expect(score).toBeLessThanOrEqual(2.5);
});
