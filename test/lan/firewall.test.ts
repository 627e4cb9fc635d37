import fc from 'fast-check';
import { expect, test } from 'vitest';
import { findFate } from '../../src/lan/find-firewall-drops.ts';
import type { FirewallEntry, Packet } from '../../src/lan/firewall.ts';
import { readFirewall } from '../../src/lan/firewall-rules.ts';
import type { Said } from '../../src/lan/host-programs.ts';
import { parseIptablesRules } from '../../src/lan/parse-iptables-rules.ts';
import { parseNftRules } from '../../src/lan/parse-nft-rules.ts';

const PNP: Packet = { protocol: 'udp', port: 5060, group: '224.0.1.75' };
const FILES: Packet = { protocol: 'tcp', port: 8060, group: null };
const PAGES: Packet = { protocol: 'tcp', port: 8080, group: null };

const IDLE = new AbortController().signal;

function fates(entries: readonly FirewallEntry[] | undefined): string {
  return [PNP, FILES, PAGES].map((packet) => findFate(entries ?? [], packet).kind).join(' ');
}

const rule = (chain: string, ...expr: object[]) => ({ rule: { family: 'inet', table: 'filter', chain, expr } });
const match = (left: object, right: unknown, op = '==') => ({ match: { op, left, right } });
const dport = (protocol: string, right: unknown) => match({ payload: { protocol, field: 'dport' } }, right);
const ACCEPT = { accept: null };

/** As nft 1.0.6 prints it. */
function nft(policy: 'accept' | 'drop', ...rules: object[]): string {
  const chain = (name: string, more = {}) => ({ chain: { family: 'inet', table: 'filter', name, ...more } });
  return JSON.stringify({
    nftables: [
      { metainfo: { version: '1.0.6', json_schema_version: 1 } },
      { table: { family: 'inet', name: 'filter' } },
      chain('phones'),
      chain('circle'),
      chain('input', { type: 'filter', hook: 'input', prio: 0, policy }),
      ...rules,
    ],
  });
}

const STATE = { ct: { key: 'state' } };
const OFFICE = [
  rule('phones', dport('udp', { set: [5060, { range: [8060, 8070] }] }), ACCEPT),
  rule('input', {
    vmap: {
      key: STATE,
      data: {
        set: [
          ['invalid', { drop: null }],
          ['established', ACCEPT],
        ],
      },
    },
  }),
  rule('input', match({ meta: { key: 'iifname' } }, 'lo'), ACCEPT),
  rule('input', match({ payload: { protocol: 'ip', field: 'saddr' } }, '@admins'), dport('tcp', 8080), ACCEPT),
  rule('input', match({ payload: { protocol: 'ip', field: 'daddr' } }, { prefix: { addr: '224.0.0.0', len: 4 } }), {
    jump: { target: 'phones' },
  }),
  rule('input', dport('tcp', 8060), { counter: { packets: 0, bytes: 0 } }, ACCEPT),
  rule('input', match({ meta: { key: 'pkttype' } }, 'broadcast'), { drop: null }),
];

test('an open firewall lets all in, a closed one nothing', () => {
  expect(fates([])).toBe('passes passes passes');
  expect(fates(parseNftRules(nft('accept')))).toBe('passes passes passes');
  expect(fates(parseNftRules(nft('drop')))).toBe('dropped dropped dropped');
});

test('an office’s firewall is walked rule by rule, chain by chain; what depends on the sender is not sure', () => {
  expect(fates(parseNftRules(nft('drop', ...OFFICE)))).toBe('passes passes unsure');
  expect(fates(parseNftRules(nft('drop', ...OFFICE, rule('input', { reject: null }))))).toBe('passes passes unsure');
});

test.each([
  ['state new is let in', match(STATE, 'new', 'in'), 'passes passes passes'],
  ['only answers are let in', match(STATE, ['established', 'related'], 'in'), 'dropped dropped dropped'],
  ['the protocol decides', match({ meta: { key: 'l4proto' } }, 'udp'), 'passes dropped dropped'],
  ['so does its number', match({ payload: { protocol: 'ip', field: 'protocol' } }, 6), 'dropped passes passes'],
  ['ports of either protocol', dport('th', [8060, 8080]), 'dropped passes passes'],
  [
    'all ports but one, of that protocol alone',
    match({ payload: { protocol: 'tcp', field: 'dport' } }, 8080, '!='),
    'dropped passes dropped',
  ],
  [
    'flags of TCP are none of UDP',
    match({ payload: { protocol: 'tcp', field: 'flags' } }, 'syn'),
    'dropped unsure unsure',
  ],
  [
    'a set of ports is one of a protocol, too',
    match({ payload: { protocol: 'tcp', field: 'dport' } }, '@open', '!='),
    'dropped unsure unsure',
  ],
  ['pings', match({ payload: { protocol: 'icmp', field: 'type' } }, 'echo-request'), 'dropped dropped dropped'],
  [
    'no pings',
    match({ payload: { protocol: 'icmpv6', field: 'type' } }, 'echo-request', '!='),
    'dropped dropped dropped',
  ],
  ['groups', match({ payload: { protocol: 'igmp', field: 'type' } }, 'leave-group'), 'dropped dropped dropped'],
  [
    'the other family',
    match({ payload: { protocol: 'ip6', field: 'saddr' } }, 'fe80::1', '!='),
    'dropped dropped dropped',
  ],
  ['what nobody here understands', { xt: null }, 'unsure unsure unsure'],
])('nft: %s', (_name, condition, expected) => {
  expect(fates(parseNftRules(nft('drop', rule('input', condition, ACCEPT))))).toBe(expected);
});

test('an explicit drop is told with its words', () => {
  const entries = parseNftRules(nft('accept', rule('input', dport('udp', 5060), { drop: null }))) ?? [];
  expect(findFate(entries, PNP)).toMatchObject({ kind: 'dropped', table: 'inet filter' });
  expect(findFate(entries, PNP)).toMatchObject({ by: expect.stringContaining('5060') });
  expect(findFate(entries, FILES).kind).toBe('passes');
});

test('chains that lead to each other in a circle come to an end', () => {
  const circle = [rule('circle', { jump: { target: 'circle' } }), rule('input', { goto: { target: 'circle' } })];
  expect(fates(parseNftRules(nft('drop', ...circle)))).toBe('dropped dropped dropped');
});

test('chains of other ways and families do not matter', () => {
  const chain = { family: 'ip6', table: 'filter', name: 'input', hook: 'input', policy: 'drop' };
  const output = { family: 'ip', table: 'filter', name: 'output', hook: 'output', policy: 'drop' };
  expect(parseNftRules(JSON.stringify({ nftables: [{ chain }, { chain: output }] }))).toEqual([]);
});

const UFW = [
  '-P INPUT DROP',
  '-P FORWARD DROP',
  '-P OUTPUT ACCEPT',
  '-N ufw-user-input',
  '-N ufw-not-local',
  '-A INPUT -i lo -j ACCEPT',
  '-A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT',
  '-A INPUT -m comment --comment "phones \\"and\\" files" -j ufw-user-input',
  '-A INPUT -m limit --limit 3/min -j LOG --log-prefix "[UFW BLOCK] "',
  '-A ufw-user-input -p tcp -m tcp --dport 8060 -j ACCEPT',
  '-A ufw-user-input -d 224.0.0.0/4 -p udp -m multiport --dports 5060,5353 -j ACCEPT',
  '-A ufw-user-input -s 192.168.10.0/24 -p tcp -m tcp --dport 8080 -j ACCEPT',
].join('\n');

test('iptables is read in its own words', () => {
  expect(fates([parseIptablesRules(UFW)].flatMap((entry) => entry ?? []))).toBe('passes passes unsure');
});

/** As `iptables -S` prints what UFW makes, with `ufw allow` for some; the rules of other ways than into this host are left out. */
function ufw(...allowed: readonly string[]): string {
  return [
    '-P INPUT DROP',
    '-P FORWARD DROP',
    '-P OUTPUT ACCEPT',
    ...[
      'after-input',
      'after-logging-input',
      'before-input',
      'before-logging-input',
      'logging-allow',
      'logging-deny',
    ].map((name) => `-N ufw-${name}`),
    ...['not-local', 'reject-input', 'skip-to-policy-input', 'track-input', 'user-input', 'user-limit'].map(
      (name) => `-N ufw-${name}`,
    ),
    '-N ufw-user-limit-accept',
    '-N ufw-user-logging-input',
    '-A INPUT -j ufw-before-logging-input',
    '-A INPUT -j ufw-before-input',
    '-A INPUT -j ufw-after-input',
    '-A INPUT -j ufw-after-logging-input',
    '-A INPUT -j ufw-reject-input',
    '-A INPUT -j ufw-track-input',
    '-A ufw-after-input -p udp -m udp --dport 137 -j ufw-skip-to-policy-input',
    '-A ufw-after-input -p udp -m udp --dport 138 -j ufw-skip-to-policy-input',
    '-A ufw-after-input -p tcp -m tcp --dport 139 -j ufw-skip-to-policy-input',
    '-A ufw-after-input -p tcp -m tcp --dport 445 -j ufw-skip-to-policy-input',
    '-A ufw-after-input -p udp -m udp --dport 67 -j ufw-skip-to-policy-input',
    '-A ufw-after-input -p udp -m udp --dport 68 -j ufw-skip-to-policy-input',
    '-A ufw-after-input -m addrtype --dst-type BROADCAST -j ufw-skip-to-policy-input',
    '-A ufw-after-logging-input -m limit --limit 3/min --limit-burst 10 -j LOG --log-prefix "[UFW BLOCK] "',
    '-A ufw-before-input -i lo -j ACCEPT',
    '-A ufw-before-input -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT',
    '-A ufw-before-input -m conntrack --ctstate INVALID -j ufw-logging-deny',
    '-A ufw-before-input -m conntrack --ctstate INVALID -j DROP',
    '-A ufw-before-input -p icmp -m icmp --icmp-type 3 -j ACCEPT',
    '-A ufw-before-input -p icmp -m icmp --icmp-type 11 -j ACCEPT',
    '-A ufw-before-input -p icmp -m icmp --icmp-type 12 -j ACCEPT',
    '-A ufw-before-input -p icmp -m icmp --icmp-type 8 -j ACCEPT',
    '-A ufw-before-input -p udp -m udp --sport 67 --dport 68 -j ACCEPT',
    '-A ufw-before-input -j ufw-not-local',
    '-A ufw-before-input -d 224.0.0.251/32 -p udp -m udp --dport 5353 -j ACCEPT',
    '-A ufw-before-input -d 239.255.255.250/32 -p udp -m udp --dport 1900 -j ACCEPT',
    '-A ufw-before-input -j ufw-user-input',
    '-A ufw-logging-allow -m limit --limit 3/min --limit-burst 10 -j LOG --log-prefix "[UFW ALLOW] "',
    '-A ufw-logging-deny -m conntrack --ctstate INVALID -m limit --limit 3/min --limit-burst 10 -j RETURN',
    '-A ufw-logging-deny -m limit --limit 3/min --limit-burst 10 -j LOG --log-prefix "[UFW BLOCK] "',
    '-A ufw-not-local -m addrtype --dst-type LOCAL -j RETURN',
    '-A ufw-not-local -m addrtype --dst-type MULTICAST -j RETURN',
    '-A ufw-not-local -m addrtype --dst-type BROADCAST -j RETURN',
    '-A ufw-not-local -m limit --limit 3/min --limit-burst 10 -j ufw-logging-deny',
    '-A ufw-not-local -j DROP',
    '-A ufw-skip-to-policy-input -j DROP',
    ...allowed.map((words) => `-A ufw-user-input ${words} -j ACCEPT`),
    '-A ufw-user-limit -m limit --limit 3/min -j LOG --log-prefix "[UFW LIMIT BLOCK] "',
    '-A ufw-user-limit -j REJECT --reject-with icmp-port-unreachable',
    '-A ufw-user-limit-accept -j ACCEPT',
  ].join('\n');
}

test('UFW as it is installed lets in what is allowed, and nothing else', () => {
  const judge = (...allowed: string[]) => fates([parseIptablesRules(ufw(...allowed))].flatMap((entry) => entry ?? []));
  const sip = '-p udp -m udp --dport 5060';
  const files = '-p tcp -m tcp --dport 8060';
  const pages = '-p tcp -m tcp --dport 8080';
  expect(judge(sip, files, pages)).toBe('passes passes passes');
  expect(judge(files, `-s 192.168.10.0/24 ${pages}`)).toBe('dropped passes unsure');
  expect(judge()).toBe('dropped dropped dropped');
});

test.each([
  ['a return that may be taken, then a drop', 'RETURN', 'DROP', 'ACCEPT', 'unsure unsure unsure'],
  ['a return that may be taken, then an accept', 'RETURN', 'ACCEPT', 'DROP', 'unsure unsure unsure'],
  ['a return that may be taken, then the same', 'RETURN', 'DROP', 'DROP', 'dropped dropped dropped'],
])('iptables: %s', (_name, target, then, policy, expected) => {
  const inside = [`-A phones -s 192.168.10.0/24 -j ${target}`, `-A phones -j ${then}`];
  const jumping = [`-P INPUT ${policy}`, '-N phones', '-A INPUT -j phones', ...inside].join('\n');
  expect(fates([parseIptablesRules(jumping)].flatMap((entry) => entry ?? []))).toBe(expected);
  const flat = [`-P INPUT ${policy}`, ...inside].join('\n').replaceAll('-A phones', '-A INPUT');
  expect(fates([parseIptablesRules(flat)].flatMap((entry) => entry ?? []))).toBe(expected);
});

test.each([
  ['-s 192.168.10.0/24 -g empty', 'unsure unsure unsure'],
  ['-g empty', 'dropped dropped dropped'],
])('iptables: what follows a goto is for those who did not go: %s', (words, expected) => {
  const lines = ['-P INPUT DROP', '-N empty', `-A INPUT ${words}`, '-A INPUT -j ACCEPT'];
  expect(fates([parseIptablesRules(lines.join('\n'))].flatMap((entry) => entry ?? []))).toBe(expected);
});

test.each([
  ['-A INPUT -p udp --dport 5000:5100 -j DROP', 'dropped passes passes'],
  ['-A INPUT -p tcp ! --dport 8080 -j REJECT --reject-with tcp-reset', 'passes dropped passes'],
  ['-A INPUT -m pkttype --pkt-type multicast -j DROP', 'dropped passes passes'],
  ['-A INPUT -m addrtype --dst-type MULTICAST -j DROP', 'dropped passes passes'],
  ['-A INPUT -m addrtype --dst-type LOCAL -j DROP', 'passes dropped dropped'],
  ['-A INPUT -m addrtype ! --dst-type LOCAL,BROADCAST -j DROP', 'dropped passes passes'],
  ['-A INPUT -m addrtype --dst-type UNICAST -j DROP', 'passes passes passes'],
  ['-A INPUT -m addrtype --dst-type BLACKHOLE -j DROP', 'unsure unsure unsure'],
  ['-A INPUT -m pkttype --pkt-type unicast -j DROP', 'passes dropped dropped'],
  ['-A INPUT -m pkttype --pkt-type broadcast -j DROP', 'passes passes passes'],
  ['-A INPUT -m state --state NEW -j DROP', 'dropped dropped dropped'],
  ['-A INPUT -i eth7 -j DROP', 'unsure unsure unsure'],
  ['-A INPUT -p icmp -j DROP', 'passes passes passes'],
])('iptables: %s', (line, expected) => {
  expect(fates([parseIptablesRules(`-P INPUT ACCEPT\n${line}`)].flatMap((entry) => entry ?? []))).toBe(expected);
});

test('what is no list of rules is none', () => {
  expect(parseIptablesRules('iptables v1.8.9: Permission denied')).toBeUndefined();
  expect(parseNftRules('Operation not permitted')).toBeUndefined();
  expect(parseNftRules('{}')).toBeUndefined();
});

test('no text makes the readers throw, and no rules the walk', () => {
  fc.assert(
    fc.property(fc.string(), fc.json(), (text, json) => {
      parseIptablesRules(`-P INPUT DROP\n-A INPUT ${text}`);
      const entries = parseNftRules(`{"nftables":[${json},{"rule":${json}}]}`) ?? [];
      for (const packet of [PNP, FILES]) findFate(entries, packet);
    }),
  );
});

function programs(said: Readonly<Record<string, Said>>) {
  return async (name: string): Promise<Said> => said[name] ?? { kind: 'absent' };
}

test('both programs are asked; what iptables wrote is read once', async () => {
  const nftText = JSON.stringify({
    nftables: [
      { chain: { family: 'ip', table: 'filter', name: 'INPUT', hook: 'input', policy: 'drop' } },
      { rule: { family: 'ip', table: 'filter', chain: 'INPUT', expr: [{ xt: null }, ACCEPT] } },
    ],
  });
  const both = await readFirewall(
    IDLE,
    programs({ nft: { kind: 'said', text: nftText }, iptables: { kind: 'said', text: UFW } }),
  );
  expect(both.kind === 'read' && both.entries.map(({ table }) => table)).toEqual(['iptables filter']);
  const alone = await readFirewall(IDLE, programs({ nft: { kind: 'said', text: nftText } }));
  expect(alone.kind === 'read' && fates(alone.entries)).toBe('unsure unsure unsure');
});

test('that the rules cannot be read is told as such, with the reason', async () => {
  const failed: Said = { kind: 'failed', reason: 'Operation not permitted' };
  expect(await readFirewall(IDLE, programs({ nft: failed }))).toEqual({
    kind: 'unreadable',
    reason: 'Operation not permitted',
  });
  expect(await readFirewall(IDLE, programs({}))).toEqual({ kind: 'absent' });
});
