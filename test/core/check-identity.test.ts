import { expect, test } from 'vitest';
import { checkIdentity, type IdentityEvidence } from '../../src/core/check-identity.ts';
import type { MacAddress } from '../../src/core/mac-address.ts';

const OWN = '001565f4f9e1' as MacAddress;
const OTHER = '001565000002' as MacAddress;
const proved = { kind: 'mac', mac: OWN } as const;
const routed = { kind: 'routed', network: '10.9.0.0/16' } as const;
const MAKER = { approved: 'Acme', byPrefix: 'Acme', byUserAgent: null };
const ACCESS = { hasToken: true, isSecure: false, isHandOver: false };

function judge(more: Partial<IdentityEvidence>): string {
  const evidence = {
    device: OWN,
    neighbour: proved,
    inPath: OWN,
    inUserAgent: undefined,
    maker: MAKER,
    access: ACCESS,
  };
  const identity = checkIdentity({ ...evidence, ...more });
  return identity.ok ? `ok ${identity.value.note?.key ?? ''}`.trim() : identity.problem.reason.key;
}

test.each<[string, Partial<IdentityEvidence>, string]>([
  ['all agrees', {}, 'ok'],
  ['nothing but the neighbour table says who it is', { inPath: undefined }, 'ok'],
  ['the path is of another', { inPath: OTHER }, 'reason.file-of-other'],
  ['the User-Agent is of another', { inUserAgent: OTHER }, 'reason.says-other'],
  ['the neighbour is another', { neighbour: { kind: 'mac', mac: OTHER } }, 'reason.sent-by-other'],
  ['the last SUBSCRIBE was in its own name', { inSip: OWN }, 'ok'],
  ['the last SUBSCRIBE was in another name', { inSip: OTHER }, 'reason.asked-as-other'],
  ['many share loopback', { inSip: OTHER, neighbour: { kind: 'loopback' } }, 'ok reason.unchecked'],
  ['the certificate is of another', { inCertificate: OTHER }, 'reason.certificate-of-other'],
  ['the certificate and the neighbour table agree', { inCertificate: OWN }, 'ok'],
  [
    'the certificate is right and the neighbour is another',
    { inCertificate: OWN, neighbour: { kind: 'mac', mac: OTHER } },
    'reason.sent-by-other',
  ],
  ['no neighbour entry', { neighbour: { kind: 'no-entry' } }, 'reason.no-neighbour'],
  ['a certificate instead', { neighbour: { kind: 'no-entry' }, inCertificate: OWN }, 'ok reason.certificate'],
  ['off-link', { neighbour: { kind: 'off-link' }, inCertificate: OWN }, 'reason.off-link'],
  ['this host', { neighbour: { kind: 'own-host' }, inCertificate: OWN }, 'reason.own-host'],
  ['routed, plain', { neighbour: routed }, 'reason.routed-plain'],
  ['routed, HTTPS', { neighbour: routed, access: { ...ACCESS, isSecure: true } }, 'ok reason.routed-secure'],
  ['routed, handed over', { neighbour: routed, access: { ...ACCESS, isHandOver: true } }, 'ok reason.routed-hand-over'],
  [
    'routed, HTTPS, and a token that is not its own',
    { neighbour: routed, access: { hasToken: false, isSecure: true, isHandOver: true } },
    'reason.routed-no-token',
  ],
  ['routed, and a certificate', { neighbour: routed, inCertificate: OWN }, 'ok reason.certificate'],
  [
    'routed, HTTPS, and the file of another',
    { neighbour: routed, access: { ...ACCESS, isSecure: true }, inPath: OTHER },
    'reason.file-of-other',
  ],
  ['a prefix that nobody knows', { maker: { ...MAKER, byPrefix: null } }, 'ok'],
  ['a prefix of another make', { maker: { ...MAKER, byPrefix: 'Bolt' } }, 'reason.prefix-of-other-make'],
  ['the same, and the phone confirms', { maker: { ...MAKER, byPrefix: 'Bolt', byUserAgent: 'Acme' } }, 'ok'],
  ['a User-Agent of another make', { maker: { ...MAKER, byUserAgent: 'Bolt' } }, 'reason.agent-of-other-make'],
])('%s: %s', (_case, evidence, verdict) => {
  expect(judge(evidence)).toBe(verdict);
});

test('each refusal names both sides in words', () => {
  const refused = checkIdentity({ device: OWN, neighbour: proved, inPath: OTHER, inUserAgent: undefined });
  if (refused.ok) throw new Error('not refused');
  expect(refused.problem.reason.text).toBe(
    'the file asked for is that of 00:15:65:00:00:02, the URL is that of 00:15:65:f4:f9:e1',
  );
});
