import { afterEach, expect, test, vi } from 'vitest';
import { simulateCommand } from '../../src/commands/simulate.ts';
import { vendors } from '../../src/vendors/all.ts';

const exitCode = process.exitCode;

afterEach(() => {
  vi.restoreAllMocks();
  process.exitCode = exitCode;
});

test('many phones are no reason for a warning; whom nobody answers is counted, and the exit code says so', async () => {
  const warnings: string[] = [];
  const keep = ({ message }: Error) => void warnings.push(message);
  const printed = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  process.on('warning', keep);
  const where = ['--lan-address', '127.0.0.1', '--target', '127.0.0.1:9'];
  await simulateCommand().parseAsync(['--vendor', vendors[0]?.id ?? '', '--count', '30', '--wait', '1', ...where], {
    from: 'user',
  });
  process.off('warning', keep);
  expect(warnings).toEqual([]);
  expect(printed.mock.calls.at(-1)?.[0]).toBe('30 phone(s), 30 asked, 0 answered, 0 notified, 0 configured\n');
  expect(process.exitCode).toBe(1);
});
