import { hash, verify } from '@node-rs/argon2';
import { Secret } from '../core/secret.ts';

/**
 * Passwords as argon2id (RFC 9106), the package's own default algorithm. Computed on threads: the phones' datagrams go on.
 */
export interface PasswordHasher {
  /** PHC string, with its own salt and parameters. */
  hash(password: string): Promise<Secret>;
  /** No hash, because there is no such user: takes as long, and is never right. */
  verify(password: string, hash: Secret | undefined): Promise<boolean>;
}

/**
 * OWASP's recommendation with the least memory that still hurts graphics cards: 19 MiB, two passes, one lane. 15 ms measured
 * on a desktop core, so a small ARM box that is ten times as slow still answers at once; RFC 9106's second choice (64 MiB,
 * three passes) takes four times as long, and as much of a box's memory as all else that we do.
 */
const PARAMETERS = { memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;

/** At once: two of four threads of libuv's pool stay free for files, and 38 MiB are the most that log-ins ever take. */
const MOST_AT_ONCE = 2;

export function createPasswordHasher(): PasswordHasher {
  let running = 0;
  const waiting: (() => void)[] = [];
  let nobody: Promise<string> | undefined;

  async function inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (running >= MOST_AT_ONCE) await new Promise<void>((resolve) => waiting.push(resolve));
    else running += 1;
    try {
      return await work();
    } finally {
      // The turn is handed on, so that nobody overtakes.
      const next = waiting.shift();
      if (next === undefined) running -= 1;
      else next();
    }
  }

  return {
    hash: (password) => inTurn(async () => new Secret(await hash(spell(password), PARAMETERS))),
    verify(password, known) {
      return inTurn(async () => {
        nobody ??= hash('', PARAMETERS);
        const against = known?.reveal() ?? (await nobody);
        const isRight = await verify(against, spell(password)).catch(() => false);
        return isRight && known !== undefined;
      });
    },
  };
}

/** The same characters, whichever keyboard composed them: ä is one code point here and two there. */
function spell(password: string): string {
  return password.normalize('NFKC');
}
