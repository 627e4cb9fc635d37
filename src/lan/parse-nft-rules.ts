import { type FirewallEntry, type FirewallRule, type Holds, holdsAll, type Packet } from './firewall.ts';
import { isInSubnet } from './lan-address.ts';

type Json = Readonly<Record<string, unknown>>;

/** Families whose tables see IPv4 on its way in to this host. */
const FAMILIES = ['ip', 'inet'];

/** Headers of which an IPv4 packet has one at most, by their names in nft(8). `th` is none: it is that of any transport. */
const HEADERS: ReadonlySet<string> = new Set('tcp udp udplite sctp dccp icmp icmpv6 igmp ip6 esp ah comp'.split(' '));

/** Text of one rule that is shown. */
const SHOWN_LENGTH = 120;

/** Reads `nft --json list ruleset` (libnftables-json(5)). Undefined: the text is none. Chains of other hooks are passed over. */
export function parseNftRules(text: string): readonly FirewallEntry[] | undefined {
  const items = readItems(text);
  if (items === undefined) return undefined;
  const tables = new Map<string, Map<string, { readonly name: string; readonly rules: FirewallRule[] }>>();
  const entries: FirewallEntry[] = [];
  for (const item of items) {
    const chain = asObject(item.chain);
    if (chain === undefined || !FAMILIES.includes(String(chain.family))) continue;
    const table = `${chain.family} ${chain.table}`;
    const chains = tables.get(table) ?? new Map();
    tables.set(table, chains);
    const name = String(chain.name);
    chains.set(name, { name, rules: [] });
    if (chain.hook !== 'input') continue;
    entries.push({ table, chains, begin: name, policy: chain.policy === 'drop' ? 'drop' : 'accept' });
  }
  for (const item of items) {
    const rule = asObject(item.rule);
    const chain = tables.get(`${rule?.family} ${rule?.table}`)?.get(String(rule?.chain));
    if (rule !== undefined && chain !== undefined) chain.rules.push(...readRules(rule));
  }
  return entries;
}

/** Does one of a table's rules hold what only the older program can read (`xt`)? */
export function isOfIptables(text: string): boolean {
  return /"xt":/.test(text);
}

function readItems(text: string): readonly Json[] | undefined {
  try {
    const { nftables } = JSON.parse(text) as { readonly nftables?: unknown };
    return Array.isArray(nftables) ? listObjects(nftables) : undefined;
  } catch {
    return undefined;
  }
}

/** One rule, or one for each word of its verdict map. */
function readRules(rule: Json): FirewallRule[] {
  const words = rule.comment === undefined ? '' : ` (${rule.comment})`;
  const said = `${rule.table} ${rule.chain}${words}: ${JSON.stringify(rule.expr)}`;
  const text = said.replace(/[^\x20-\x7e]/g, '?').slice(0, SHOWN_LENGTH);
  const conditions: ((packet: Packet) => Holds)[] = [];
  const make = (does: FirewallRule['does'], more: typeof conditions = []): FirewallRule => {
    const all = [...conditions, ...more];
    return { holds: (packet) => holdsAll(all.map((holds) => holds(packet))), does, text };
  };
  let does: FirewallRule['does'] = { kind: 'nothing' };
  for (const expression of listObjects(rule.expr)) {
    const [name = '', value] = Object.entries(expression)[0] ?? [];
    const { key, data, ...match } = asObject(value) ?? {};
    const verdict = readVerdict(name, value);
    if (verdict !== undefined) does = verdict;
    else if (name === 'match') conditions.push(readMatch(match));
    else if (name === 'vmap') {
      const pairs = (asObject(data)?.set ?? []) as readonly unknown[];
      return pairs.map((pair) => {
        const [right, word] = Array.isArray(pair) ? pair : [];
        const [kind = '', target] = Object.entries(asObject(word) ?? {})[0] ?? [];
        return make(readVerdict(kind, target) ?? { kind: 'nothing' }, [readMatch({ op: '==', left: key, right })]);
      });
    } else if (!['counter', 'log', 'comment'].includes(name)) conditions.push(() => null);
  }
  return [make(does)];
}

function readVerdict(name: string, value: unknown): FirewallRule['does'] | undefined {
  if (name === 'accept' || name === 'drop' || name === 'return') return { kind: name };
  if (name === 'continue') return { kind: 'nothing' };
  if (name === 'reject') return { kind: 'drop' };
  if (name === 'jump' || name === 'goto') return { kind: name, chain: String(asObject(value)?.target) };
  return undefined;
}

function readMatch({ op, left, right }: Json): (packet: Packet) => Holds {
  const header = String(asObject(asObject(left)?.payload)?.protocol);
  const compare = comparer(asObject(left) ?? {});
  // A set by its name is told elsewhere, and changes.
  const isNamed = typeof right === 'string' && right.startsWith('@');
  const isKnown = !isNamed && (op === '==' || op === '!=' || op === 'in');
  return (packet) => {
    // nft(8): whoever asks for a field asks for its protocol before, so that of another packet not even `!=` holds.
    if (HEADERS.has(header) && header !== packet.protocol) return false;
    const holds = isKnown ? (compare?.(packet, right) ?? null) : null;
    return holds === null || op !== '!=' ? holds : !holds;
  };
}

/** What the left side of a comparison says of a packet; undefined: it is not known here. */
function comparer(left: Json): ((packet: Packet, right: unknown) => Holds) | undefined {
  const payload = asObject(left.payload);
  const meta = asObject(left.meta)?.key;
  const what = payload === undefined ? '' : `${payload.protocol} ${payload.field}`;
  if (/^(udp|tcp|th) dport$/.test(what)) return ({ port }, right) => hasValue(right, port);
  if (what === 'ip daddr') return ({ group }, right) => (group === null ? null : hasAddress(right, group));
  if (what === 'ip protocol' || meta === 'l4proto') {
    return ({ protocol }, right) => hasValue(right, protocol) || hasValue(right, protocol === 'udp' ? 17 : 6);
  }
  if (meta === 'nfproto') return (_packet, right) => hasValue(right, 'ipv4');
  if (meta === 'iifname' || meta === 'iif') return (_packet, right) => (right === 'lo' ? false : null);
  if (meta === 'pkttype') return ({ group }, right) => hasValue(right, group === null ? 'host' : 'multicast');
  // The first datagram of a phone.
  if (asObject(left.ct)?.key === 'state') return (_packet, right) => hasValue(right, 'new');
  return undefined;
}

function hasValue(right: unknown, value: string | number): boolean {
  if (Array.isArray(right)) return right.some((one) => hasValue(one, value));
  const object = asObject(right);
  if (object === undefined) return right === value;
  if (Array.isArray(object.range))
    return Number(object.range[0]) <= Number(value) && Number(value) <= Number(object.range[1]);
  return hasValue(object.set ?? [], value);
}

function hasAddress(right: unknown, address: string): boolean {
  if (Array.isArray(right)) return right.some((one) => hasAddress(one, address));
  const prefix = asObject(asObject(right)?.prefix);
  if (prefix !== undefined) return isInSubnet(address, String(prefix.addr), Number(prefix.len));
  return right === address || hasAddress(asObject(right)?.set ?? [], address);
}

function asObject(value: unknown): Json | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : undefined;
}

function listObjects(value: unknown): Json[] {
  const found: Json[] = [];
  for (const item of Array.isArray(value) ? value : []) {
    const object = asObject(item);
    if (object !== undefined) found.push(object);
  }
  return found;
}
