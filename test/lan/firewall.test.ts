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
  ['all ports but one', match({ payload: { protocol: 'tcp', field: 'dport' } }, 8080, '!='), 'passes passes dropped'],
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

test.each([
  ['-A INPUT -p udp --dport 5000:5100 -j DROP', 'dropped passes passes'],
  ['-A INPUT -p tcp ! --dport 8080 -j REJECT --reject-with tcp-reset', 'passes dropped passes'],
  ['-A INPUT -m pkttype --pkt-type multicast -j DROP', 'dropped passes passes'],
  ['-A INPUT -m addrtype --dst-type MULTICAST -j DROP', 'dropped passes passes'],
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
