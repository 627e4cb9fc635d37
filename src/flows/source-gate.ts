import type { SourceDecision, SourceProtocol } from '../core/decide-source.ts';
import type { Logger } from '../core/logger.ts';
import type { CounterName, Counters } from './counters.ts';
import type { Quarantine } from './quarantine.ts';
import { createRateLimiter, type Rate } from './rate-limiter.ts';
import type { SourceRulesDoor } from './source-rules.ts';

/** Who is looked at at all, before anything is read of what he sent. */
export interface SourceGate {
  /** May a datagram from there be read? */
  hears(address: string): boolean;
  /** May SIP leave to there? Nothing goes where nothing is heard from, so never off-link without a rule. */
  maySend(address: string): boolean;
  /** A connection to the phones' server: what to call when it has ended. Undefined: it is closed at once. */
  connect(address: string): (() => void) | undefined;
  /** May a request on such a connection be read? */
  takes(address: string): boolean;
}

export interface SourceGateDoors {
  readonly rules: SourceRulesDoor;
  readonly quarantine: Pick<Quarantine, 'find'>;
  readonly counters: Counters;
  readonly log: Logger;
  /** Milliseconds from any start, never going back. */
  readonly clock?: () => number;
}

/**
 * Datagrams. A phone sends its SUBSCRIBE up to 11 times in 32 s (RFC 3261 17.1.2) and answers one or two NOTIFYs: 64 phones of a
 * test bench behind one address send some 300 in the first seconds. 5,000 phones that boot at once, each from its own address,
 * send 5,000 and as many copies and answers within the second. 20,000 per second are twice of what one core deals with, each phone's
 * answer to its NOTIFY included (docs/performance.md): the total is for forged senders, and not to slow down any office.
 */
const DATAGRAMS: { readonly perSource: Rate; readonly total: Rate } = {
  perSource: { everyMs: 5, burst: 512 },
  total: { everyMs: 0.05, burst: 40_000 },
};

/** Requests. A boot asks for 3-6 files: 64 phones behind one address for 400 at once, 5,000 phones for 30,000. */
const REQUESTS: { readonly perSource: Rate; readonly total: Rate } = {
  perSource: { everyMs: 10, burst: 1_024 },
  total: { everyMs: 0.2, burst: 50_000 },
};

/** A phone opens one or two; the rest is room for a test bench. Whoever holds more holds them to hold them. */
const MOST_CONNECTIONS = 256;

/** A flood must not become one of the log. */
const SAY_AGAIN_MS = 60_000;

type Refusal = 'filtered' | 'quarantined' | 'limited';

const COUNTED: Readonly<Record<SourceProtocol, Readonly<Record<Refusal, CounterName>>>> = {
  sip: { filtered: 'datagramsFiltered', quarantined: 'datagramsQuarantined', limited: 'datagramsLimited' },
  http: { filtered: 'requestsFiltered', quarantined: 'requestsQuarantined', limited: 'requestsLimited' },
};

export function createSourceGate(doors: SourceGateDoors): SourceGate {
  const { rules, quarantine, counters, log, clock = () => performance.now() } = doors;
  const datagrams = createRateLimiter(DATAGRAMS);
  const requests = createRateLimiter(REQUESTS);
  const connections = new Map<string, number>();
  /** By counter: when it was told last. */
  const toldAt = new Map<CounterName, number>();

  function refuse(address: string, protocol: SourceProtocol, refusal: Refusal, why: string): undefined {
    const counter = COUNTED[protocol][refusal];
    counters.count(counter);
    const now = clock();
    if (now - (toldAt.get(counter) ?? Number.NEGATIVE_INFINITY) >= SAY_AGAIN_MS) {
      toldAt.set(counter, now);
      log.info({ event: 'source.refused', address, protocol, reason: refusal }, why);
    }
    return undefined;
  }

  /** What lets it in; undefined: it stays out. `limiter`: undefined where nothing is counted. */
  function enter(address: string, protocol: SourceProtocol, limiter?: typeof datagrams): SourceDecision | undefined {
    const decision = rules(address, protocol);
    if (decision.action === 'drop') return refuse(address, protocol, 'filtered', 'not heard by the rules of trust');
    if (isFree(decision)) return decision;
    if (quarantine.find(address, protocol) !== undefined) {
      return refuse(address, protocol, 'quarantined', 'not heard: in quarantine');
    }
    switch (limiter?.take(address, clock())) {
      case 'source':
        return refuse(address, protocol, 'limited', 'too much at once from one source');
      case 'total':
        return refuse(address, protocol, 'limited', 'too much at once from all sources together');
      default:
        return decision;
    }
  }

  return {
    hears: (address) => enter(address, 'sip', datagrams) !== undefined,
    maySend: (address) => rules(address, 'sip').action !== 'drop',
    connect(address) {
      const decision = enter(address, 'http');
      if (decision === undefined) return undefined;
      const open = connections.get(address) ?? 0;
      if (open >= MOST_CONNECTIONS && !isFree(decision)) {
        return refuse(address, 'http', 'limited', 'too many connections from one source');
      }
      connections.set(address, open + 1);
      return () => {
        const left = (connections.get(address) ?? 1) - 1;
        if (left > 0) connections.set(address, left);
        else connections.delete(address);
      };
    },
    takes: (address) => enter(address, 'http', requests) !== undefined,
  };
}

/** Neither limits nor quarantine are for them. */
function isFree({ action, because }: SourceDecision): boolean {
  return action === 'trust' || because === 'own';
}
