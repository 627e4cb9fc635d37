import { err, ok, type Result } from '../core/result.ts';
import type { ProbeOutcome, ProbeRequest } from '../sip/options-probe.ts';

export type { ProbeOutcome } from '../sip/options-probe.ts';

export interface ProbeSipServer {
  /** As the site's setting of that name. */
  readonly host: string;
  /** 0: the transport's own. */
  readonly port: number;
  readonly transport: ProbeRequest['transport'];
}

export type ProbeProblem = { readonly kind: 'too-many-probes' };

/** RFC 3261 19.1.2: the ports that a URI without one means. */
const DEFAULT_PORTS = { udp: 5060, tcp: 5060, tls: 5061 } as const;

/** At once: each waits up to three seconds with a socket, and a person has one screen. */
const MOST_PROBES = 4;

export type SipProber = (request: ProbeSipServer) => Promise<Result<ProbeOutcome, ProbeProblem>>;

/** Asks the SIP server of the site whether it is there, before phones are sent to it. */
export function createSipProber(probe: (request: ProbeRequest) => Promise<ProbeOutcome>): SipProber {
  let running = 0;
  return async ({ host, port, transport }) => {
    if (running >= MOST_PROBES) return err({ kind: 'too-many-probes' });
    running += 1;
    try {
      return ok(await probe({ host, transport, port: port === 0 ? DEFAULT_PORTS[transport] : port }));
    } finally {
      running -= 1;
    }
  };
}

/** One sentence for people: what was seen, and what to do. */
export function describeProbe(outcome: ProbeOutcome): string {
  switch (outcome.kind) {
    case 'answered': {
      const who = outcome.server === null ? 'It does not say what it is' : `It says it is "${outcome.server}"`;
      return `The SIP server answers ${outcome.status} ${outcome.reason} after ${outcome.afterMs} ms. ${who}.`;
    }
    case 'no-answer':
      return `Nothing answered within ${Math.round(outcome.waitedMs / 1_000)} s: look at the address, the port, and firewalls in between.`;
    case 'refused':
      return `The network says no (${outcome.code}): nothing listens at that address and port, or there is no way to it.`;
    case 'name-unknown':
      return 'There is no host of that name.';
    case 'not-sip':
      return 'Something answers there, but it does not speak SIP.';
    default:
      return outcome satisfies never;
  }
}
