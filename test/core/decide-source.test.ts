import fc from 'fast-check';
import { expect, test } from 'vitest';
import { checkFilterRules, MOST_FILTER_RULES } from '../../src/core/check-filter-rules.ts';
import { decideSource, readSourceRules, type SourcePlace, type SourceProtocol } from '../../src/core/decide-source.ts';
import { isInNetwork, parseAddress, parseNetwork } from '../../src/core/parse-network.ts';
import type { FilterRule } from '../../src/core/trust.ts';

const rule = (
  action: FilterRule['action'],
  network: string,
  protocol: FilterRule['protocol'] = 'both',
): FilterRule => ({
  action,
  network,
  protocol,
  note: '',
});
const ON_LINK: SourcePlace = { isOwn: false, isOnLink: true };
const ELSEWHERE: SourcePlace = { isOwn: false, isOnLink: false };

function decide(
  rules: readonly FilterRule[],
  address: string,
  protocol: SourceProtocol,
  place: SourcePlace,
  routedNetworks: readonly string[] = [],
) {
  return decideSource(readSourceRules({ rules, routedNetworks }), address, protocol, place);
}

test.each([
  ['192.168.10.0/24', '192.168.10.0/24', '192.168.10.255', '192.168.11.0'],
  ['192.168.10.7', '192.168.10.7/32', '192.168.10.7', '192.168.10.8'],
  ['10.0.0.0/8', '10.0.0.0/8', '10.255.255.255', '11.0.0.0'],
  ['192.168.10.7/24', '192.168.10.0/24', '192.168.10.1', '192.168.9.255'],
  ['128.0.0.0/1', '128.0.0.0/1', '255.255.255.255', '127.255.255.255'],
])('%s is the network %s: it holds %s and not %s', (text, canonical, inside, outside) => {
  const network = parseNetwork(text);
  expect(network?.text).toBe(canonical);
  const holds = (address: string) => network !== undefined && isInNetwork(parseAddress(address) ?? -1, network);
  expect([holds(inside), holds(outside)]).toEqual([true, false]);
});

test('everything is in 0.0.0.0/0', () => {
  fc.assert(
    fc.property(fc.ipV4(), (address) => {
      expect(isInNetwork(parseAddress(address) ?? -1, parseNetwork('0.0.0.0/0') ?? { first: 1, last: 0 })).toBe(true);
    }),
  );
});

test.each([
  '',
  '192.168.10.0/33',
  '192.168.10.0/',
  '192.168.10.0/024',
  '192.168.010.0/24',
  '192.168.10/24',
  '192.168.10.0/24 ',
  'fe80::/10',
  '0x7f.0.0.1',
  'office',
])('%j is no network', (text) => {
  expect(parseNetwork(text)).toBeUndefined();
});

test('no text makes it throw, and what is read begins at its own first address', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.ipV4Extended(),
        fc.string().map((end) => `10.0.0.0/${end}`),
      ),
      (text) => {
        const network = parseNetwork(text);
        if (network !== undefined) expect(parseNetwork(network.text)).toEqual(network);
      },
    ),
  );
});

test('without rules the LAN is heard and nobody else', () => {
  for (const protocol of ['sip', 'http'] as const) {
    expect(decide([], '192.168.10.7', protocol, ON_LINK)).toMatchObject({ action: 'allow', because: 'on-link' });
    expect(decide([], '192.168.20.7', protocol, ELSEWHERE)).toMatchObject({ action: 'drop', because: 'elsewhere' });
  }
});

test('the first rule that fits decides', () => {
  const rules = [rule('trust', '192.168.10.9'), rule('drop', '192.168.10.0/28'), rule('allow', '192.168.10.0/24')];
  expect(decide(rules, '192.168.10.9', 'sip', ON_LINK)).toEqual({ action: 'trust', because: 'rule', rule: 0 });
  expect(decide(rules, '192.168.10.3', 'http', ON_LINK)).toEqual({ action: 'drop', because: 'rule', rule: 1 });
  expect(decide(rules, '192.168.10.77', 'sip', ON_LINK)).toEqual({ action: 'allow', because: 'rule', rule: 2 });
  expect(decide(rules, '192.168.11.1', 'sip', ON_LINK)).toEqual({ action: 'allow', because: 'on-link', rule: null });
});

test('a rule for one protocol says nothing about the other', () => {
  const rules = [rule('drop', '192.168.10.0/24', 'http'), rule('allow', '10.9.0.0/16', 'sip')];
  expect(decide(rules, '192.168.10.3', 'http', ON_LINK).action).toBe('drop');
  expect(decide(rules, '192.168.10.3', 'sip', ON_LINK).action).toBe('allow');
  expect(decide(rules, '10.9.1.1', 'sip', ELSEWHERE).action).toBe('allow');
  expect(decide(rules, '10.9.1.1', 'http', ELSEWHERE).action).toBe('drop');
});

test('a named network behind a router may fetch, and needs a rule to ask by SIP', () => {
  expect(decide([], '10.9.1.1', 'http', ELSEWHERE, ['10.9.0.0/16'])).toMatchObject({ because: 'routed' });
  expect(decide([], '10.9.1.1', 'sip', ELSEWHERE, ['10.9.0.0/16'])).toMatchObject({ action: 'drop' });
  expect(decide([rule('drop', '10.0.0.0/8')], '10.9.1.1', 'http', ELSEWHERE, ['10.9.0.0/16']).action).toBe('drop');
});

test('no rule cuts the appliance off from itself', () => {
  const own = { isOwn: true, isOnLink: true };
  expect(decide([rule('drop', '0.0.0.0/0')], '192.168.10.2', 'sip', own)).toMatchObject({ because: 'own' });
});

test('what is no IPv4 address is dropped as soon as there are rules, and never throws', () => {
  fc.assert(
    fc.property(fc.string(), fc.boolean(), (address, isOnLink) => {
      const { action } = decide([rule('trust', '0.0.0.0/0')], address, 'sip', { isOwn: false, isOnLink });
      if (parseAddress(address) === undefined) expect(action).toBe('drop');
    }),
  );
});

test('rules are judged with their place, what was seen and what was wanted', () => {
  const rules = [
    rule('drop', '192.168.10.0/24'),
    rule('drop', '192.168.10.7/24'),
    { ...rule('allow', 'x'), note: 'a\nb' },
  ];
  expect(checkFilterRules(rules)).toMatchObject([
    { where: 'rules.1.network', kind: 'host-bits', wanted: expect.stringContaining('192.168.10.0/24') },
    { where: 'rules.2.network', kind: 'network', saw: '"x"' },
    { where: 'rules.2.note', kind: 'note' },
  ]);
  const many = Array.from({ length: MOST_FILTER_RULES + 1 }, () => rule('drop', '10.0.0.1'));
  expect(checkFilterRules(many)).toMatchObject([{ where: 'rules', kind: 'rules' }]);
  expect(checkFilterRules(many.slice(1))).toEqual([]);
});
