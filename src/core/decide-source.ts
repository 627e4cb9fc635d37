import { isInNetwork, type Network, parseAddress, parseNetwork } from './parse-network.ts';
import type { FilterAction, FilterRule, TrustSettings } from './trust.ts';

/** sip: datagrams of the PnP group and to our SIP sockets. http: the server that phones fetch from; people's pages are not filtered. */
export type SourceProtocol = 'sip' | 'http';

/** What is done with a source, and why. */
export interface SourceDecision {
  readonly action: FilterAction;
  /** own: this host itself. rule: see `rule`. on-link: on the link of a served interface. routed: a named network behind a router. elsewhere: none of these. */
  readonly because: 'own' | 'rule' | 'on-link' | 'routed' | 'elsewhere';
  /** Position of the rule that decided, from 0; null: none did. */
  readonly rule: number | null;
}

/** Where an address is, as the host sees it. */
export interface SourcePlace {
  readonly isOwn: boolean;
  readonly isOnLink: boolean;
}

/** The settings of trust, made ready to be asked for each datagram. */
export interface SourceRules {
  readonly rules: readonly (Pick<FilterRule, 'action' | 'protocol'> & Pick<Network, 'first' | 'last'>)[];
  readonly routed: readonly Network[];
}

const OWN: SourceDecision = { action: 'allow', because: 'own', rule: null };
const ON_LINK: SourceDecision = { action: 'allow', because: 'on-link', rule: null };
const ROUTED: SourceDecision = { action: 'allow', because: 'routed', rule: null };
const ELSEWHERE: SourceDecision = { action: 'drop', because: 'elsewhere', rule: null };

/** A network that is none was refused when it was typed; one that is there all the same fits nobody. */
export function readSourceRules({
  rules,
  routedNetworks,
}: Pick<TrustSettings, 'rules' | 'routedNetworks'>): SourceRules {
  return {
    rules: rules.map(({ action, protocol, network }) => {
      const { first, last } = parseNetwork(network) ?? { first: 0, last: -1 };
      return { action, protocol, first, last };
    }),
    routed: routedNetworks.flatMap((network) => parseNetwork(network) ?? []),
  };
}

/**
 * The first rule that fits decides. After the last: what is on the link of a served interface is heard, the rest dropped. Phones of
 * named networks behind a router may fetch files (how, and whether they get any, is judged later); by SIP they need a rule.
 * This host itself is always heard, by whatever address: no rule of a person can cut the appliance off from itself.
 */
export function decideSource(
  { rules, routed }: SourceRules,
  address: string,
  protocol: SourceProtocol,
  { isOwn, isOnLink }: SourcePlace,
): SourceDecision {
  if (isOwn) return OWN;
  if (rules.length === 0 && isOnLink) return ON_LINK;
  const number = parseAddress(address);
  if (number === undefined) return ELSEWHERE;
  // By index: an iterator would be made for each datagram.
  for (let index = 0; index < rules.length; index++) {
    const rule = rules[index];
    if (rule === undefined || !isInNetwork(number, rule)) continue;
    if (rule.protocol === 'both' || rule.protocol === protocol) {
      return { action: rule.action, because: 'rule', rule: index };
    }
  }
  if (isOnLink) return ON_LINK;
  return protocol === 'http' && routed.some((network) => isInNetwork(number, network)) ? ROUTED : ELSEWHERE;
}
