import {
  CONFLICT_RETRY_MS,
  type ErrorCircumstances,
  type Reaction,
  retryDelay,
  retryThenSlow,
  slowRetry,
} from './reaction.ts';

/** RFC 6887 7.4, RFC 6886 3.5. */
export function reactToPcpCode(code: number, around: ErrorCircumstances): Reaction {
  if (around.gatewayKind === 'nat-pmp')
    return code === 5 ? { do: 'give-up' } : code === 3 ? retryThenSlow(around) : slowRetry();
  switch (code) {
    case 7:
    case 8:
      return retryThenSlow(around);
    case 11:
      return { do: 'conflict', afterMs: CONFLICT_RETRY_MS };
    case 12:
      // Our address is not what it was when the router was found.
      return { do: 'rediscover', afterMs: retryDelay(around.failures) };
    case 4:
    case 9:
      return { do: 'give-up' };
    default:
      return slowRetry();
  }
}
