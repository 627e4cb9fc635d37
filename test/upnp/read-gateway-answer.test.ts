import { isIPv4 } from 'node:net';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { chooseService, type ToldService } from '../../src/upnp/choose-service.ts';
import { readMapping, readStatus, readToldMapping } from '../../src/upnp/read-gateway-answer.ts';

const NAMES = [
  'NewProtocol',
  'NewExternalPort',
  'NewInternalPort',
  'NewInternalClient',
  'NewEnabled',
  'NewPortMappingDescription',
  'NewLeaseDuration',
  'NewConnectionStatus',
  'NewUptime',
];
const value = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom('UDP', 'tcp', '1', '0', '65536', '-1', '1e3', ' 7 ', '192.168.1.9', '010.1.1.1'),
  fc.nat().map(String),
);
const answers = fc
  .dictionary(fc.constantFrom(...NAMES), value, { noNullPrototype: true })
  .map((words) => new Map(Object.entries(words)));

test('whatever is believed of a mapping is one', () => {
  fc.assert(
    fc.property(answers, (answer) => {
      const mapping = readMapping(readToldMapping(answer));
      if (!mapping.ok) return mapping.problem.length < 150 && !/\p{C}/u.test(mapping.problem);
      const { protocol, externalPort, internalPort, internalClient, description, leaseSeconds } = mapping.value;
      return (
        ['UDP', 'TCP'].includes(protocol) &&
        [externalPort, internalPort].every((port) => Number.isInteger(port) && port >= 1 && port <= 65_535) &&
        isIPv4(internalClient) &&
        description.length <= 200 &&
        !/\p{C}/u.test(description) &&
        Number.isInteger(leaseSeconds) &&
        leaseSeconds >= 0
      );
    }),
    { numRuns: 2_000 },
  );
});

test('whatever is told of a status is printable, and the address is one', () => {
  fc.assert(
    fc.property(value, answers, (external, answer) => {
      const { externalAddress, seen, connection, uptimeSeconds } = readStatus(external, external, answer);
      return (
        (externalAddress === null || isIPv4(externalAddress)) &&
        !/\p{C}/u.test(`${seen}${connection}`) &&
        seen.length <= 200 &&
        (uptimeSeconds === null || (Number.isInteger(uptimeSeconds) && uptimeSeconds >= 0))
      );
    }),
    { numRuns: 2_000 },
  );
});

function told(path: string, isConnected: boolean | null, externalAddress: string | null): ToldService {
  return {
    service: {
      type: 'urn:schemas-upnp-org:service:WANIPConnection:1',
      controlUrl: new URL(`http://192.168.1.1${path}`),
    },
    status: { externalAddress, seen: '', isConnected, connection: null, uptimeSeconds: null },
  };
}
const silent: ToldService = { ...told('/silent', null, null), status: null };

test.each([
  ['nothing', [], undefined],
  ['the only one', [silent], '/silent'],
  ['the first, when none is connected', [silent, told('/down', false, '93.184.215.14')], '/silent'],
  ['the connected one', [silent, told('/down', false, null), told('/up', true, '10.0.0.1')], '/up'],
  [
    'the public one',
    [
      told('/private', true, '10.0.0.1'),
      told('/empty', true, null),
      told('/public', true, '93.184.215.14'),
      told('/other', true, '93.184.215.15'),
    ],
    '/public',
  ],
])('of several services: %s', (_, services, want) => {
  expect(chooseService(services)?.controlUrl.pathname).toBe(want);
});
