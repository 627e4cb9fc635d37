import fc from 'fast-check';
import { expect, test } from 'vitest';
import { buildNatPmpAddressRequest, buildNatPmpMapRequest } from '../../src/upnp/build-nat-pmp.ts';
import { buildPcpAnnounceRequest, buildPcpMapRequest } from '../../src/upnp/build-pcp.ts';
import { parseNatPmpAddress, parseNatPmpMapping } from '../../src/upnp/parse-nat-pmp.ts';
import { parsePcpAnnouncement, parsePcpMapping } from '../../src/upnp/parse-pcp.ts';

const protocol = fc.constantFrom('UDP' as const, 'TCP' as const);
const port = fc.integer({ min: 1, max: 65_535 });
const seconds = fc.integer({ min: 0, max: 0xffffffff });
const bytes = fc.uint8Array({ maxLength: 1_200 }).map((data) => Buffer.from(data));
const nonce = fc.uint8Array({ minLength: 12, maxLength: 12 }).map((data) => Buffer.from(data));

test('requests are the bytes of RFC 6886', () => {
  expect(buildNatPmpAddressRequest().toString('hex')).toBe('0000');
  const sip = { protocol: 'UDP', internalPort: 5062, externalPort: 5060, leaseSeconds: 3_600 } as const;
  expect(buildNatPmpMapRequest(sip).toString('hex')).toBe('0001000013c613c400000e10');
  expect(buildNatPmpMapRequest({ ...sip, protocol: 'TCP' }).toString('hex')).toBe('0002000013c613c400000e10');
});

test('requests are the bytes of RFC 6887', () => {
  const client = '00000000000000000000ffffc0a80a02';
  expect(buildPcpAnnounceRequest('192.168.10.2').toString('hex')).toBe(`0200000000000000${client}`);
  const request = buildPcpMapRequest({
    protocol: 'UDP',
    internalPort: 5062,
    externalPort: 5060,
    leaseSeconds: 3_600,
    localAddress: '192.168.10.2',
    nonce: Buffer.from('0102030405060708090a0b0c', 'hex'),
  });
  expect(request.toString('hex')).toBe(
    `0201000000000e10${client}0102030405060708090a0b0c1100000013c613c400000000000000000000ffff00000000`,
  );
});

test('answers are read as RFC 6886 writes them', () => {
  expect(parseNatPmpAddress(Buffer.from('0080000000000102cb007109', 'hex'))).toEqual({
    ok: true,
    value: { code: 0, address: '203.0.113.9', epochSeconds: 258 },
  });
  expect(parseNatPmpAddress(Buffer.from('0080000300000102', 'hex'))).toEqual({ ok: true, value: { code: 3 } });
  const sip = { protocol: 'UDP', internalPort: 5062 } as const;
  expect(parseNatPmpMapping(Buffer.from('008100000000010213c613c400000e10', 'hex'), sip)).toEqual({
    ok: true,
    value: { code: 0, externalPort: 5060, leaseSeconds: 3_600, epochSeconds: 258 },
  });
  // Unsupported version comes with opcode 0 (3.5), and in version 2 from a router that speaks PCP only.
  expect(parseNatPmpMapping(Buffer.from('0000000100000102', 'hex'), sip)).toEqual({ ok: true, value: { code: 1 } });
  expect(parseNatPmpAddress(Buffer.from(`02800001${'00'.repeat(20)}`, 'hex'))).toEqual({
    ok: true,
    value: { code: 1 },
  });
  expect(parseNatPmpMapping(Buffer.from('008200000000010213c613c400000e10', 'hex'), sip).ok).toBe(false);
});

test('whatever comes, parsing ends in a value or a reason', () => {
  fc.assert(
    fc.property(bytes, protocol, port, nonce, (data, ofProtocol, internalPort, ofNonce) => {
      const wanted = { protocol: ofProtocol, internalPort, nonce: ofNonce };
      for (const parsed of [
        parseNatPmpAddress(data),
        parseNatPmpMapping(data, wanted),
        parsePcpAnnouncement(data),
        parsePcpMapping(data, wanted),
      ]) {
        if (parsed.ok) expect(parsed.value.code).toBeGreaterThanOrEqual(0);
        else expect(parsed.problem).toMatch(/^answered .*$/);
      }
    }),
  );
});

test('a mapping answer of NAT-PMP is read whole, and cut anywhere it is none', () => {
  fc.assert(
    fc.property(protocol, port, port, seconds, seconds, (ofProtocol, internalPort, externalPort, lease, epoch) => {
      const data = Buffer.alloc(16);
      data.writeUInt8(ofProtocol === 'UDP' ? 129 : 130, 1);
      data.writeUInt32BE(epoch, 4);
      data.writeUInt16BE(internalPort, 8);
      data.writeUInt16BE(externalPort, 10);
      data.writeUInt32BE(lease, 12);
      const wanted = { protocol: ofProtocol, internalPort };
      expect(parseNatPmpMapping(data, wanted)).toEqual({
        ok: true,
        value: { code: 0, externalPort, leaseSeconds: lease, epochSeconds: epoch },
      });
      for (let length = 0; length < data.length; length++) {
        expect(parseNatPmpMapping(data.subarray(0, length), wanted).ok).toBe(false);
      }
    }),
  );
});

test('a mapping answer of PCP is believed only with our nonce, protocol and port', () => {
  const address = fc.ipV4();
  fc.assert(
    fc.property(
      protocol,
      port,
      port,
      seconds,
      address,
      nonce,
      (ofProtocol, internalPort, externalPort, lease, ip, own) => {
        const request = { protocol: ofProtocol, internalPort, externalPort, leaseSeconds: lease, nonce: own };
        const data = buildPcpMapRequest({ ...request, localAddress: '192.0.2.1' });
        expect(parsePcpMapping(data, request).ok).toBe(false);
        data.writeUInt8(129, 1);
        data.writeUInt32BE(77, 8);
        data.set(ip.split('.').map(Number), 56);
        expect(parsePcpMapping(data, request)).toMatchObject({
          ok: true,
          value: { code: 0, externalPort, externalAddress: ip, leaseSeconds: lease, epochSeconds: 77 },
        });
        // Any other byte of nonce, protocol or internal port makes it somebody else's.
        for (const at of [...Array(12).keys()].map((index) => 24 + index).concat(36, 40, 41)) {
          const changed = Buffer.from(data);
          changed.writeUInt8(changed.readUInt8(at) ^ 0xff, at);
          expect(parsePcpMapping(changed, request).ok).toBe(false);
        }
        for (let length = 0; length < data.length; length++) {
          expect(parsePcpMapping(data.subarray(0, length), request).ok).toBe(false);
        }
        data.writeUInt8(2, 3);
        expect(parsePcpMapping(data, request)).toEqual({ ok: true, value: { code: 2 } });
      },
    ),
  );
});

test('UNSUPP_VERSION is understood from a router that speaks NAT-PMP only', () => {
  const refusal = Buffer.from('0000000100000102', 'hex');
  expect(parsePcpAnnouncement(refusal)).toEqual({ ok: true, value: { code: 1 } });
  const wanted = { protocol: 'UDP', internalPort: 5060, nonce: Buffer.alloc(12) } as const;
  expect(parsePcpMapping(refusal, wanted)).toEqual({ ok: true, value: { code: 1 } });
});
