import fc from 'fast-check';
import { expect, test } from 'vitest';
import { describeGatewayError } from '../../src/upnp/describe-gateway-error.ts';
import { describeMappingTrouble } from '../../src/upnp/describe-mapping-trouble.ts';
import type { GatewayError } from '../../src/upnp/gateway.ts';
import { GATEWAY_ADVICE, type GatewayAdvice } from '../../src/upnp/gateway-advice.ts';
import type { KeptMapping } from '../../src/upnp/keeper-state.ts';
import { reactToError } from '../../src/upnp/react-to-error.ts';
import type { ErrorCircumstances, Reaction } from '../../src/upnp/reaction.ts';

const upnp = (code: number): GatewayError => ({ kind: 'upnp', code, text: '' });
const pcp = (code: number): GatewayError => ({ kind: 'pcp', code, text: '' });
const ADD: ErrorCircumstances = {
  gatewayKind: 'igd',
  asked: 'add',
  failures: 0,
  leaseSeconds: 3600,
  holder: 'unknown',
  isForAnother: false,
};

test.each<[number, Reaction['do'], GatewayAdvice]>([
  [401, 'slow-retry', 'update-router'],
  [402, 'ask-permanent', 'free-some-ports'],
  [501, 'retry', 'restart-router'],
  [600, 'give-up', 'forward-by-hand'],
  [601, 'give-up', 'forward-by-hand'],
  [602, 'slow-retry', 'update-router'],
  [603, 'slow-retry', 'free-some-ports'],
  [604, 'slow-retry', 'allow-port-mapping'],
  [605, 'give-up', 'forward-by-hand'],
  [606, 'slow-retry', 'allow-port-mapping'],
  [713, 'retry', 'wait'],
  [714, 'retry', 'free-some-ports'],
  [715, 'give-up', 'forward-by-hand'],
  [716, 'give-up', 'forward-by-hand'],
  [718, 'look', 'choose-other-port'],
  [724, 'give-up', 'use-same-port'],
  [725, 'ask-permanent', 'accept-permanent'],
  [726, 'give-up', 'update-router'],
  [727, 'give-up', 'forward-by-hand'],
  [728, 'slow-retry', 'free-some-ports'],
  [729, 'slow-retry', 'choose-other-port'],
  [730, 'retry', 'wait'],
  [732, 'give-up', 'forward-by-hand'],
  [733, 'give-up', 'forward-by-hand'],
  [899, 'retry', 'restart-router'],
])('a request that is answered with UPnP error %i: %s, %s', (code, reaction, advice) => {
  expect(reactToError(upnp(code), ADD).do).toBe(reaction);
  expect(describeGatewayError(upnp(code)).advice).toBe(advice);
  expect(describeGatewayError(upnp(code)).seen).toMatch(`UPnP error ${code} (`);
});

test('who asks for a permanent mapping and is refused again does not ask without end', () => {
  for (const code of [402, 725]) {
    const permanent = { ...ADD, leaseSeconds: 0 };
    expect(reactToError(upnp(code), permanent)).toEqual({ do: 'slow-retry', afterMs: 600_000 });
  }
});

test.each<[ErrorCircumstances['holder'], boolean, Reaction['do']]>([
  ['unknown', false, 'look'],
  ['us', false, 'delete-and-add'],
  ['old-self', false, 'delete-and-add'],
  ['other', false, 'conflict'],
  ['other', true, 'conflict'],
  ['nobody', false, 'conflict'],
  ['nobody', true, 'slow-retry'],
])('718 with the port held by %s (another host wants it: %s): %s', (holder, isForAnother, reaction) => {
  expect(reactToError(upnp(718), { ...ADD, holder, isForAnother }).do).toBe(reaction);
});

test.each<[number, number, Reaction['do']]>([
  [714, 0, 'no-entry'],
  [713, 0, 'no-entry'],
  [730, 0, 'no-entry'],
  [401, 0, 'cannot-ask'],
  [602, 0, 'cannot-ask'],
  [606, 0, 'cannot-ask'],
  [501, 0, 'retry'],
  [501, 2, 'cannot-ask'],
  [402, 2, 'cannot-ask'],
])('a look that is answered with %i after %i failures: %s', (code, failures, reaction) => {
  expect(reactToError(upnp(code), { ...ADD, asked: 'find', failures }).do).toBe(reaction);
});

test.each<[ErrorCircumstances['gatewayKind'], number, Reaction['do'], GatewayAdvice]>([
  ['pcp', 1, 'slow-retry', 'update-router'],
  ['pcp', 2, 'slow-retry', 'allow-port-mapping'],
  ['pcp', 3, 'slow-retry', 'update-router'],
  ['pcp', 4, 'give-up', 'forward-by-hand'],
  ['pcp', 5, 'slow-retry', 'update-router'],
  ['pcp', 6, 'slow-retry', 'update-router'],
  ['pcp', 7, 'retry', 'connect-router'],
  ['pcp', 8, 'retry', 'free-some-ports'],
  ['pcp', 9, 'give-up', 'forward-by-hand'],
  ['pcp', 10, 'slow-retry', 'free-some-ports'],
  ['pcp', 11, 'conflict', 'choose-other-port'],
  ['pcp', 12, 'rediscover', 'check-other-nat'],
  ['pcp', 13, 'slow-retry', 'forward-by-hand'],
  ['nat-pmp', 1, 'slow-retry', 'update-router'],
  ['nat-pmp', 2, 'slow-retry', 'allow-port-mapping'],
  ['nat-pmp', 3, 'retry', 'connect-router'],
  ['nat-pmp', 4, 'slow-retry', 'free-some-ports'],
  ['nat-pmp', 5, 'give-up', 'forward-by-hand'],
])('result %s %i: %s, %s', (gatewayKind, code, reaction, advice) => {
  expect(reactToError(pcp(code), { ...ADD, gatewayKind }).do).toBe(reaction);
  expect(describeGatewayError(pcp(code), { gatewayKind }).advice).toBe(advice);
});

test.each<[GatewayError, ErrorCircumstances['asked'], Reaction['do'], GatewayAdvice]>([
  [{ kind: 'other-port', granted: 5061 }, 'add', 'conflict', 'choose-other-port'],
  [{ kind: 'refused', text: 'x' }, 'add', 'rediscover', 'wait'],
  [{ kind: 'timeout', text: 'x' }, 'status', 'retry', 'restart-router'],
  [{ kind: 'unreachable', text: 'x' }, 'find', 'retry', 'check-network'],
  [{ kind: 'malformed', text: 'x' }, 'add', 'retry', 'update-router'],
  [{ kind: 'too-large', text: 'x' }, 'list', 'retry', 'update-router'],
  [{ kind: 'redirected', text: 'x' }, 'add', 'retry', 'update-router'],
  [{ kind: 'unsupported', text: 'x' }, 'find', 'cannot-ask', 'forward-by-hand'],
  [{ kind: 'unsupported', text: 'x' }, 'add', 'give-up', 'forward-by-hand'],
])('%j for %s: %s, %s', (error, asked, reaction, advice) => {
  expect(reactToError(error, { ...ADD, asked }).do).toBe(reaction);
  expect(describeGatewayError(error).advice).toBe(advice);
});

test('it tries again after 10 s, 30 s, 60 s and then each minute', () => {
  const delays = [0, 1, 2, 3, 50].map((failures) => reactToError(upnp(501), { ...ADD, failures }));
  expect(delays.map((reaction) => ('afterMs' in reaction ? reaction.afterMs : 0))).toEqual([
    10_000, 30_000, 60_000, 60_000, 60_000,
  ]);
});

test('the third call in a row without an answer is a reason to look for the router', () => {
  const kinds = [0, 1, 2].map((failures) => reactToError({ kind: 'timeout', text: '' }, { ...ADD, failures }).do);
  expect(kinds).toEqual(['retry', 'retry', 'rediscover']);
});

const anyError: fc.Arbitrary<GatewayError> = fc.oneof(
  fc.record({ kind: fc.constantFrom('upnp' as const, 'pcp' as const), code: fc.integer(), text: fc.string() }),
  fc.record({ kind: fc.constant('other-port' as const), granted: fc.integer() }),
  fc.record({
    kind: fc.constantFrom('refused' as const, 'timeout' as const, 'malformed' as const, 'unsupported' as const),
    text: fc.string(),
  }),
);

test('every error has a reaction that comes no sooner than in 10 s, and words that say what to do', () => {
  fc.assert(
    fc.property(
      anyError,
      fc.nat(20),
      fc.constantFrom('add', 'find', 'status', 'remove', 'list'),
      (error, failures, asked) => {
        const reaction = reactToError(error, { ...ADD, asked: asked as ErrorCircumstances['asked'], failures });
        expect('afterMs' in reaction ? reaction.afterMs : 10_000).toBeGreaterThanOrEqual(10_000);
        const { advice, message } = describeGatewayError(error);
        expect(GATEWAY_ADVICE).toContain(advice);
        expect(message).toMatch(/What to do: .+\.$/);
      },
    ),
  );
});

const WANTED = {
  protocol: 'UDP',
  externalPort: 443,
  internalClient: '10.0.0.9',
  internalPort: 443,
  description: 'x',
} as const;

test('606 names the setting of the Fritz!Box, the low port, and the other host', () => {
  const own = describeGatewayError(upnp(606), { wanted: WANTED, localAddress: '10.0.0.9' });
  expect(own.message).toMatch(/Selbstständige Portfreigaben.*1024/);
  expect(describeGatewayError(upnp(606), { wanted: WANTED, localAddress: '10.0.0.2' }).advice).toBe('only-own-address');
  expect(describeGatewayError(upnp(718), { wanted: WANTED, localAddress: '10.0.0.2' }).advice).toBe('only-own-address');
});

test('the trouble of a mapping is told by its state', () => {
  const kept: KeptMapping = {
    wanted: WANTED,
    state: 'conflict',
    since: 0,
    heldBy: '10.0.0.7',
    leaseSeconds: null,
    expiresAt: null,
    nextAt: null,
    error: null,
  };
  expect(describeMappingTrouble(kept, null)?.message).toContain('UDP 443 leads to 10.0.0.7');
  expect(describeMappingTrouble({ ...kept, state: 'no-gateway' }, null)?.advice).toBe('switch-on-upnp');
  expect(describeMappingTrouble({ ...kept, state: 'mapped', heldBy: null }, null)).toBeNull();
  expect(describeMappingTrouble({ ...kept, state: 'refused', heldBy: null, error: upnp(728) }, null)?.advice).toBe(
    'free-some-ports',
  );
});
