import type { Logger } from '../../src/core/logger.ts';
import type { OsInterfaces } from '../../src/lan/lan-address.ts';

/** A host's interfaces from `{ eth0: '10.77.0.2/20' }`, in the shape of `os.networkInterfaces()`. */
export function hostWith(addresses: Readonly<Record<string, string>>): OsInterfaces {
  return Object.fromEntries(
    Object.entries(addresses).map(([name, list]) => [
      name,
      list.split(' ').map((text) => {
        const [address = '', prefix = '24'] = text.split('/');
        return { address, netmask: netmask(Number(prefix)), family: 'IPv4', internal: name === 'lo' };
      }),
    ]),
  );
}

function netmask(prefix: number): string {
  const bits = '1'.repeat(prefix).padEnd(32, '0');
  return [0, 8, 16, 24].map((at) => Number.parseInt(bits.slice(at, at + 8), 2)).join('.');
}

export interface LogLine {
  readonly level: keyof Logger;
  readonly facts: Readonly<Record<string, unknown>>;
  readonly message: string;
}

/** A logger that keeps its lines. */
export function keepingLog(): Logger & { readonly lines: LogLine[]; events(): unknown[] } {
  const lines: LogLine[] = [];
  const write = (level: keyof Logger) => (facts: Readonly<Record<string, unknown>>, message: string) =>
    void lines.push({ level, facts, message });
  return {
    lines,
    events: () => lines.map(({ facts }) => facts.event),
    debug: write('debug'),
    info: write('info'),
    warn: write('warn'),
    error: write('error'),
  };
}

/** Waits until it is so; fails by the test's own time limit. */
export async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 5));
}
