import { promises as dns } from 'node:dns';
import { err, ok, type Result } from '../core/result.ts';

/**
 * Why a name has no address. no-such-name: the name server knows none (NXDOMAIN). no-address: it has no A record.
 * no-answer: no name server answered in time. refused: a name server cannot or will not tell.
 */
export type NameProblem = {
  readonly kind: 'no-such-name' | 'no-address' | 'no-answer' | 'refused';
  /** As Node tells it: ENOTFOUND, ETIMEOUT … */
  readonly code: string;
};

/** Milliseconds and tries: with a silent name server it ends after some 5 s; Node's own default takes 21 s. */
const PATIENCE = { timeout: 2_000, tries: 2 };

/** Several name servers, all silent, would add up. */
const LONGEST_MS = 10_000;

/** An answer may have thousands of records. */
const MOST_ADDRESSES = 64;

/**
 * The IPv4 addresses of a DNS name, asked now. A fresh resolver each time: it follows a changed resolv.conf, and remembers
 * nothing. Not `dns.lookup`, which blocks a thread for as long as it likes and reads /etc/hosts.
 */
export async function resolveName(
  name: string,
  {
    signal,
    servers,
    patience = PATIENCE,
  }: {
    readonly signal: AbortSignal;
    /** `address` or `address:port`; left out: those of the system. */
    readonly servers?: readonly string[] | undefined;
    readonly patience?: { readonly timeout: number; readonly tries: number };
  },
): Promise<Result<readonly string[], NameProblem>> {
  if (signal.aborted) return err({ kind: 'no-answer', code: 'ECANCELLED' });
  const resolver = new dns.Resolver(patience);
  if (servers !== undefined) resolver.setServers(servers);
  const cancel = () => resolver.cancel();
  const timer = setTimeout(cancel, LONGEST_MS);
  signal.addEventListener('abort', cancel, { once: true });
  try {
    const addresses = await resolver.resolve4(name);
    return ok(addresses.slice(0, MOST_ADDRESSES));
  } catch (error) {
    return err(readProblem(error));
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', cancel);
  }
}

/** One sentence for people. */
export function describeNameProblem({ kind, code }: NameProblem): string {
  switch (kind) {
    case 'no-such-name':
      return 'There is no host of that name.';
    case 'no-address':
      return 'The name has no IPv4 address (no A record).';
    case 'no-answer':
      return 'No name server answered in time.';
    case 'refused':
      return `The name server does not tell (${code}).`;
    default:
      return kind satisfies never;
  }
}

/** Codes of c-ares, as listed in Node's documentation of `dns`. */
function readProblem(error: unknown): NameProblem {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
  switch (code) {
    case 'ENOTFOUND':
    case 'EBADNAME':
      return { kind: 'no-such-name', code };
    case 'ENODATA':
      return { kind: 'no-address', code };
    case 'ETIMEOUT':
    case 'ECANCELLED':
    case 'ECONNREFUSED':
      return { kind: 'no-answer', code };
    default:
      return { kind: 'refused', code };
  }
}
