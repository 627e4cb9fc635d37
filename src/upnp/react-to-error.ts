import type { GatewayError } from './gateway.ts';
import { reactToPcpCode } from './react-to-pcp-code.ts';
import {
  CONFLICT_RETRY_MS,
  type ErrorCircumstances,
  type Reaction,
  retryDelay,
  retryThenSlow,
  SILENT_CALLS,
  slowRetry,
} from './reaction.ts';

/** Looks in a row that fail before a router counts as one that cannot be asked. */
const LOOKS = 2;

export function reactToError(error: GatewayError, around: ErrorCircumstances): Reaction {
  const retry = { do: 'retry', afterMs: retryDelay(around.failures) } as const;
  switch (error.kind) {
    case 'upnp':
      if (around.asked === 'find') return reactToLook(error.code, around);
      return around.asked === 'add' ? reactToAdd(error.code, around) : reactToOther(error.code, around);
    case 'pcp':
      return around.asked === 'find' || around.asked === 'list'
        ? { do: 'cannot-ask' }
        : reactToPcpCode(error.code, around);
    case 'other-port':
      return { do: 'conflict', afterMs: CONFLICT_RETRY_MS };
    case 'refused':
      return { do: 'rediscover', afterMs: retry.afterMs };
    case 'timeout':
    case 'unreachable':
      return (around.failures + 1) % SILENT_CALLS === 0 ? { do: 'rediscover', afterMs: retry.afterMs } : retry;
    case 'malformed':
    case 'too-large':
    case 'redirected':
      return around.asked === 'find' && around.failures >= LOOKS ? { do: 'cannot-ask' } : retryThenSlow(around);
    case 'unsupported':
      return around.asked === 'add' ? { do: 'give-up' } : { do: 'cannot-ask' };
    default:
      return error satisfies never;
  }
}

/** WANIPConnection:2 2.4, and what routers mean by the codes. */
function reactToAdd(code: number, around: ErrorCircumstances): Reaction {
  const hasLease = around.leaseSeconds > 0;
  switch (code) {
    case 725:
      return hasLease ? { do: 'ask-permanent' } : slowRetry();
    case 402:
      // Some mean "no leases" by it (ARRIS), some "the table is full" (miniupnpd).
      return hasLease ? { do: 'ask-permanent' } : slowRetry();
    case 718:
      return reactToConflict(around);
    case 501:
    case 713:
    case 714:
    case 730:
      return { do: 'retry', afterMs: retryDelay(around.failures) };
    case 401:
    case 602:
    case 603:
    case 604:
    case 606:
    case 728:
    case 729:
      return slowRetry();
    case 600:
    case 601:
    case 605:
    case 715:
    case 716:
    case 724:
    case 726:
    case 727:
    case 732:
    case 733:
      return { do: 'give-up' };
    default:
      return retryThenSlow(around);
  }
}

function reactToConflict({ holder, isForAnother }: ErrorCircumstances): Reaction {
  switch (holder) {
    case 'unknown':
      return { do: 'look' };
    case 'us':
    case 'old-self':
      return { do: 'delete-and-add' };
    case 'nobody':
      // miniupnpd in secure mode: the entry would lead to another host than the one that asks.
      return isForAnother ? slowRetry() : { do: 'conflict', afterMs: CONFLICT_RETRY_MS };
    case 'other':
      return { do: 'conflict', afterMs: CONFLICT_RETRY_MS };
    default:
      return holder satisfies never;
  }
}

/** Routers without the entry say 714, old ones 713; some say 402 or 501 for ever, and must be taken by their other answers. */
function reactToLook(code: number, around: ErrorCircumstances): Reaction {
  if (code === 713 || code === 714 || code === 730) return { do: 'no-entry' };
  if (code === 401 || code === 602 || code === 606 || around.failures >= LOOKS) return { do: 'cannot-ask' };
  return { do: 'retry', afterMs: retryDelay(around.failures) };
}

function reactToOther(code: number, around: ErrorCircumstances): Reaction {
  if (code === 713 || code === 714 || code === 730) return { do: 'no-entry' };
  if (code === 401 || code === 602) return { do: 'cannot-ask' };
  if (code === 606) return slowRetry();
  return retryThenSlow(around);
}
