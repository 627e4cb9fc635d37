import {
  type FirewallChain,
  type FirewallEntry,
  type FirewallRule,
  type Holds,
  holdsAll,
  holdsAny,
  type Packet,
} from './firewall.ts';
import { isInSubnet } from './lan-address.ts';

type Condition = (packet: Packet) => Holds;

/** Text of one rule that is shown. */
const SHOWN_LENGTH = 120;

/** Reads `iptables -S` (iptables(8)), the table `filter`: what comes in over INPUT. Undefined: the text is none. */
export function parseIptablesRules(text: string): FirewallEntry | undefined {
  const chains = new Map<string, { readonly name: string; readonly rules: FirewallRule[] }>();
  let policy: 'accept' | 'drop' | undefined;
  for (const line of text.split('\n')) {
    const [command, name = '', ...words] = splitWords(line.trim());
    if (command === '-P' && name === 'INPUT') policy = words[0] === 'ACCEPT' ? 'accept' : 'drop';
    if (command === '-P' || command === '-N') chains.set(name, { name, rules: [] });
    if (command === '-A') chains.get(name)?.rules.push(readRule(words, line.trim().slice(0, SHOWN_LENGTH)));
  }
  if (policy === undefined) return undefined;
  return { table: 'iptables filter', chains: chains as ReadonlyMap<string, FirewallChain>, begin: 'INPUT', policy };
}

/** Comments stand in quotes and hold blanks. */
function splitWords(line: string): string[] {
  return [...line.matchAll(/"((?:[^"\\]|\\.)*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '');
}

function readRule(words: readonly string[], text: string): FirewallRule {
  const conditions: Condition[] = [];
  let does: FirewallRule['does'] = { kind: 'nothing' };
  let isNot = false;
  for (let at = 0; at < words.length; at++) {
    const option = words[at] ?? '';
    if (option === '!') {
      isNot = true;
      continue;
    }
    const value = words[at + 1] ?? '';
    if (option === '-j' || option === '-g') {
      does = readTarget(option, value);
      // What follows is about the target.
      break;
    }
    const condition = readCondition(option, value);
    if (condition !== undefined) {
      const negate = isNot;
      conditions.push((packet) => {
        const holds = condition(packet);
        return holds === null || !negate ? holds : !holds;
      });
    }
    if (!(words[at + 1] ?? '-').startsWith('-')) at += 1;
    isNot = false;
  }
  return { holds: (packet) => holdsAll(conditions.map((holds) => holds(packet))), does, text };
}

function readTarget(option: '-j' | '-g', name: string): FirewallRule['does'] {
  if (option === '-g') return { kind: 'goto', chain: name };
  switch (name) {
    case 'ACCEPT':
      return { kind: 'accept' };
    case 'DROP':
    case 'REJECT':
    case 'TARPIT':
      return { kind: 'drop' };
    case 'RETURN':
      return { kind: 'return' };
    // They only write something down.
    case 'LOG':
    case 'NFLOG':
    case 'MARK':
    case 'CONNMARK':
      return { kind: 'nothing' };
    default:
      return { kind: 'jump', chain: name };
  }
}

/** Undefined: it asks nothing. An option that is not known here may hold or not. */
function readCondition(option: string, value: string): Condition | undefined {
  switch (option) {
    case '-m':
    case '--comment':
      return undefined;
    case '-p':
      return ({ protocol }) => (value === 'all' ? true : value === protocol || value === numberOf(protocol));
    case '--dport':
    case '--dports':
      return ({ port }) => value.split(',').some((part) => isInRange(part, port));
    case '-i':
      // Phones do not come over loopback; whether they come over this one is not known here.
      return () => (value === 'lo' ? false : null);
    case '-d':
      return ({ group }) => {
        const [address = '', length = '32'] = value.split('/');
        return group === null ? null : isInSubnet(group, address, Number(length));
      };
    case '--ctstate':
    case '--state':
      // The first datagram of a phone.
      return () => value.split(',').includes('NEW');
    case '--pkt-type':
    case '--dst-type':
      return (packet) => holdsAny(value.split(',').map((type) => isOfType(type, packet)));
    default:
      return () => null;
  }
}

/** Types of packets (`unicast`) and of addresses (`LOCAL`), iptables-extensions(8): pkttype, addrtype. */
function isOfType(type: string, { group }: Packet): Holds {
  switch (type) {
    case 'multicast':
    case 'MULTICAST':
      return group !== null;
    // What is for no group is for an address of ours. The routing table calls that one LOCAL, and only those of others UNICAST.
    case 'unicast':
    case 'LOCAL':
      return group === null;
    case 'UNICAST':
    case 'broadcast':
    case 'BROADCAST':
    case 'ANYCAST':
      return false;
    default:
      return null;
  }
}

function isInRange(text: string, port: number): boolean {
  const [first = '', last = first] = text.split(':');
  return port >= Number(first || 0) && port <= Number(last || 65_535);
}

/** IANA protocol numbers. */
function numberOf(protocol: Packet['protocol']): string {
  return protocol === 'udp' ? '17' : '6';
}
