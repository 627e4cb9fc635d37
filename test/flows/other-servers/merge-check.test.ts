import { expect, test } from 'vitest';
import {
  CLEAN_CHECKS,
  type FollowedServer,
  type FoundServer,
  mergeCheck,
} from '../../../src/flows/other-servers/merge-check.ts';

const A = '192.168.10.2';
const B = '192.168.20.2';

function server(id: string, more: Partial<FoundServer> = {}): FoundServer {
  const claims = { status: 200, says: 'PBX', url: 'http://192.168.10.9/' };
  return { id, address: '192.168.10.9', mac: null, make: null, isOwnHost: false, heardAt: A, ...claims, ...more };
}

function follow(...checks: Parameters<typeof mergeCheck>[1][]) {
  let servers: readonly FollowedServer[] = [];
  return checks.map((lans, index) => {
    const merged = mergeCheck(servers, lans, index);
    servers = merged.servers;
    const ids = (list: readonly { readonly id: string }[]) => list.map(({ id }) => id).join(' ');
    return `${ids(merged.servers)} | ${ids(merged.news)} | ${ids(merged.gone)}`;
  });
}

const heard = (...found: readonly FoundServer[]) => [{ heardAt: A, found }];
const UNASKED = [{ heardAt: A, found: null }];

test('a server is news once, and again when it says something else', () => {
  expect(follow(heard(server('x')), heard(server('x')), heard(server('x', { url: 'http://192.168.10.9/b' })))).toEqual([
    'x | x | ',
    'x |  | ',
    'x | x | ',
  ]);
});

test(`after ${CLEAN_CHECKS} checks in a row without an answer it is gone; one answer counts from the begin`, () => {
  const silent = heard();
  expect(follow(heard(server('x')), silent, silent, heard(server('x')), silent, silent, silent, silent)).toEqual([
    'x | x | ',
    'x |  | ',
    'x |  | ',
    'x |  | ',
    'x |  | ',
    'x |  | ',
    ' |  | x',
    ' |  | ',
  ]);
});

test('a LAN that could not be asked says nothing of its servers', () => {
  expect(follow(heard(server('x')), UNASKED, UNASKED, UNASKED, UNASKED).at(-1)).toBe('x |  | ');
});

test('a LAN that is not served any more has no servers in the end', () => {
  expect(follow(heard(server('x')), [], [], []).at(-1)).toBe(' |  | x');
});

test('one server with a foot in two LANs is one', () => {
  const both = [
    { heardAt: A, found: [server('x')] },
    { heardAt: B, found: [server('x', { address: '192.168.20.9', heardAt: B })] },
  ];
  expect(follow(both)).toEqual(['x | x | ']);
});

test('when it was seen first is kept, when it was seen last is now', () => {
  const first = mergeCheck([], heard(server('x')), 100);
  const [after] = mergeCheck(first.servers, heard(server('x')), 200).servers;
  expect(after).toMatchObject({ firstSeenAt: 100, lastSeenAt: 200 });
});
