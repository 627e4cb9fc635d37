import { parseNetwork } from './parse-network.ts';
import type { FilterAction, FilterRule } from './trust.ts';
import type { TrustFault } from './trust-fault.ts';

/** Each is compared with each datagram, in turn; nobody keeps more in his head. */
export const MOST_FILTER_RULES = 100;

/** Characters. */
export const LONGEST_FILTER_NOTE = 100;

export const FILTER_ACTIONS: readonly FilterAction[] = ['allow', 'trust', 'drop'];
export const FILTER_PROTOCOLS: readonly FilterRule['protocol'][] = ['both', 'sip', 'http'];

/** Letters, digits, signs and blanks in one line. */
const PLAIN = /^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}]*$/u;

/** What is wrong with the rules; empty: they are sound. */
export function checkFilterRules(rules: readonly FilterRule[]): readonly TrustFault[] {
  if (rules.length > MOST_FILTER_RULES) {
    const wanted = `at most ${MOST_FILTER_RULES} rules`;
    return [{ where: 'rules', kind: 'rules', saw: `${rules.length} rules`, wanted }];
  }
  return rules.flatMap(({ network, note }, index) => {
    const faults: TrustFault[] = [];
    const fault = findNetworkFault(network);
    if (fault !== undefined) faults.push({ where: `rules.${index}.network`, ...fault });
    if (note.length > LONGEST_FILTER_NOTE || !PLAIN.test(note)) {
      const wanted = `at most ${LONGEST_FILTER_NOTE} characters in one line`;
      faults.push({ where: `rules.${index}.note`, kind: 'note', saw: JSON.stringify(note.slice(0, 40)), wanted });
    }
    return faults;
  });
}

/** What is wrong with a network that somebody typed; undefined: nothing. */
export function findNetworkFault(text: string): Pick<TrustFault, 'kind' | 'saw' | 'wanted'> | undefined {
  const network = parseNetwork(text);
  const saw = JSON.stringify(text.slice(0, 40));
  const wanted = 'an IPv4 network such as 192.168.10.0/24, or one address';
  if (network === undefined) return { kind: 'network', saw, wanted };
  if (network.text === text || network.text === `${text}/32`) return undefined;
  // 192.168.10.7/24: the one address, or all 256?
  return { kind: 'host-bits', saw, wanted: `${network.text}, which begins the network, or the address alone` };
}
