import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { deriveProbeMac } from '../../../src/core/derive-probe-mac.ts';
import { note } from '../../../src/core/note.ts';
import { err, ok, type Result } from '../../../src/core/result.ts';
import { createClockCheck } from '../../../src/flows/doctor/check-clock.ts';
import { createDnsCheck } from '../../../src/flows/doctor/check-dns.ts';
import { createFirewallCheck } from '../../../src/flows/doctor/check-firewall.ts';
import { createHearingCheck } from '../../../src/flows/doctor/check-hearing.ts';
import { createOtherServerCheck } from '../../../src/flows/doctor/check-other-servers.ts';
import { createSipServerCheck } from '../../../src/flows/doctor/check-sip-server.ts';
import { buildProbeShapes } from '../../../src/flows/other-servers/build-probe-shapes.ts';
import type { FirewallReading } from '../../../src/lan/firewall-rules.ts';
import { resolveName } from '../../../src/lan/name-resolver.ts';
import { parseIptablesRules } from '../../../src/lan/parse-iptables-rules.ts';
import type { ClockStatus } from '../../../src/lan/read-clock-status.ts';
import { probeLoop } from '../../../src/sip/loop-probe.ts';
import { type ProbeOutcome, probeByOptions } from '../../../src/sip/options-probe.ts';
import { vendors } from '../../../src/vendors/all.ts';
import { startFakeDns } from '../../peers/fake-dns.ts';
import { PNP_GROUP } from '../../peers/fake-pnp-server.ts';
import { OTHER_SERVER } from '../../peers/servers-memory.ts';
import { linesOf, statesOf } from './doctor-lines.ts';

const LOOPBACK = { name: 'lo', address: '127.0.0.1', prefixLength: 8 };

test('a question that this host says to the group is heard on loopback', async () => {
  const [shape] = buildProbeShapes(vendors, deriveProbeMac('a site'));
  if (shape === undefined) throw new Error('no vendor');
  const check = createHearingCheck({
    interfaces: () => [LOOPBACK],
    hear: (localAddress, signal) =>
      probeLoop({ localAddress, target: { address: PNP_GROUP, port: 0 }, shape, signal, waitMs: 500 }),
  });
  expect(await linesOf(check)).toEqual(['green hearing.lo: A SUBSCRIBE to the group on lo (127.0.0.1) is heard.']);
});

test.each(['silent', 'EADDRINUSE'])('%s is no hearing', async (word) => {
  const check = createHearingCheck({ interfaces: () => [LOOPBACK], hear: async () => word });
  expect(await statesOf(check)).toEqual(['red hearing.lo']);
});

function firewall(reading: FirewallReading) {
  return createFirewallCheck({
    packets: [
      { id: 'pnp', protocol: 'udp', port: 5060, group: PNP_GROUP },
      { id: 'phones', protocol: 'tcp', port: 8060, group: null },
      { id: 'web', protocol: 'tcp', port: 8080, group: null },
    ],
    read: async () => reading,
  });
}

function rules(text: string): FirewallReading {
  const entry = parseIptablesRules(text);
  if (entry === undefined) throw new Error('no rules');
  return { kind: 'read', entries: [entry] };
}

test('a firewall lets phones in, keeps them out, or cannot be read', async () => {
  expect(await statesOf(firewall(rules('-P INPUT ACCEPT')))).toEqual([
    'green firewall.pnp',
    'green firewall.phones',
    'green firewall.web',
  ]);
  // Keeping people out may be meant, keeping phones out is not.
  expect(await statesOf(firewall(rules('-P INPUT DROP')))).toEqual([
    'red firewall.pnp',
    'red firewall.phones',
    'yellow firewall.web',
  ]);
  const unsure = rules('-P INPUT DROP\n-A INPUT -s 192.168.10.0/24 -j ACCEPT');
  expect(await statesOf(firewall(unsure))).toEqual([
    'yellow firewall.pnp',
    'yellow firewall.phones',
    'yellow firewall.web',
  ]);
  expect(await statesOf(firewall({ kind: 'absent' }))).toEqual(['yellow firewall']);
  expect((await linesOf(firewall({ kind: 'unreadable', reason: 'Operation not permitted' })))[0]).toMatch(
    /^yellow firewall: .*Operation not permitted\. \| .*as root/,
  );
});

function clockCheck(
  options: {
    readonly now?: number;
    readonly status?: ClockStatus | null;
    readonly server?: string;
    readonly offset?: Result<number, string>;
  } = {},
) {
  const { now = 1_000, status = null, server = 'time.example', offset = ok(0) } = options;
  return createClockCheck({
    clock: () => now,
    notBefore: 500,
    askStatus: async () => status,
    ntpServer: async () => server,
    askTime: async () => offset,
  });
}

test('the clock is kept, right, wrong, or nobody knows', async () => {
  const kept = (isSynchronized: boolean) => ({ source: 'timedatectl', isSynchronized });
  expect(await statesOf(clockCheck({ status: kept(true) }))).toEqual(['green clock']);
  expect(await statesOf(clockCheck({ status: kept(false) }))).toEqual(['yellow clock']);
  expect(await statesOf(clockCheck({ now: 100 }))).toEqual(['red clock']);
  expect(await statesOf(clockCheck({ offset: ok(300) }))).toEqual(['green clock']);
  expect((await linesOf(clockCheck({ offset: ok(30_000) })))[0]).toMatch(
    /^yellow clock: The clock is 30 seconds behind time\.example\./,
  );
  expect((await linesOf(clockCheck({ offset: ok(-7_200_000) })))[0]).toMatch(
    /^red clock: The clock is 2 hours ahead of/,
  );
  expect((await linesOf(clockCheck({ offset: err('no-answer') })))[0]).toMatch(/^yellow .*\(no-answer\)/);
  expect(await statesOf(clockCheck({ server: '' }))).toEqual(['yellow clock']);
});

test('names are found by a name server, unknown to it, or it is silent', async () => {
  const dns = await startFakeDns(['192.0.2.5']);
  const check = (names: readonly string[]) =>
    createDnsCheck({
      names: async () => names,
      resolve: (name, signal) =>
        resolveName(name, { signal, servers: [dns.server], patience: { timeout: 200, tries: 1 } }),
    });
  expect(await linesOf(check(['pbx.example', 'pbx.example', '', '192.0.2.1', '[2001:db8::1]']))).toEqual([
    'green dns: pbx.example is 192.0.2.5.',
  ]);
  expect(dns.asked).toEqual(['pbx.example']);
  dns.answer('nxdomain');
  expect((await linesOf(check(['nobody.example'])))[0]).toMatch(/^red dns: There is no host nobody\.example/);
  dns.answer('no-records');
  expect(await statesOf(check(['six.example']))).toEqual(['red dns']);
  dns.answer('servfail');
  expect(await statesOf(check(['pbx.example']))).toEqual(['yellow dns']);
  dns.answer('silent');
  expect(await statesOf(check(['pbx.example']))).toEqual(['yellow dns']);
  expect(await statesOf(check(['192.0.2.1']))).toEqual(['green dns']);
});

function sipCheck(host: string, port: number, outcome?: ProbeOutcome) {
  return createSipServerCheck({
    server: async () => ({ host, port, transport: 'udp' }),
    probe: async (server, signal) => outcome ?? probeByOptions(server, { signal, waitMs: 500 }),
  });
}

test('a SIP server on loopback answers OPTIONS, is silent, or is not there', async () => {
  const socket = createSocket('udp4');
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const { port } = socket.address();
  expect((await linesOf(sipCheck('127.0.0.1', port)))[0]).toMatch(/^red sip-server: .*does not answer/);
  socket.on('message', (data, from) => {
    const text = data.toString('latin1').replace(/^OPTIONS .*/, 'SIP/2.0 200 OK');
    socket.send(text, from.port, from.address);
  });
  expect((await linesOf(sipCheck('127.0.0.1', port)))[0]).toMatch(
    new RegExp(`^green sip-server: The SIP server 127\\.0\\.0\\.1:${port} \\(UDP\\) answers 200 OK after \\d+ ms\\.$`),
  );
  socket.close();
  await once(socket, 'close');
  expect(await statesOf(sipCheck('127.0.0.1', port))).toEqual(['red sip-server']);
});

test('what else can become of a question to a SIP server is told', async () => {
  expect(await statesOf(sipCheck('', 0))).toEqual(['yellow sip-server']);
  expect(await statesOf(sipCheck('pbx.example', 0, { kind: 'name-unknown' }))).toEqual(['red sip-server']);
  expect((await linesOf(sipCheck('pbx.example', 0, { kind: 'not-sip' })))[0]).toContain('pbx.example:5060 (UDP)');
});

test('another PnP server is red, a wanted one green, none green; who cannot ask says so', async () => {
  const check = (servers: readonly (typeof OTHER_SERVER & { isKnown: boolean })[], problem = false, lans = 1) =>
    createOtherServerCheck({
      interfaces: () => new Array(lans).fill(LOOPBACK),
      check: async () => ({ servers, problem: problem ? note('test.p', 'not there') : null }),
    });
  expect(await linesOf(check([{ ...OTHER_SERVER, isKnown: false }]))).toEqual([
    expect.stringMatching(
      /^red other-servers: 192\.168\.10\.9 \(52:54:00:a1:b2:c3\) sends phones to http:\/\/192\.168\.10\.9\/p\/\. \| /,
    ),
  ]);
  expect((await linesOf(check([{ ...OTHER_SERVER, url: null, isKnown: false }])))[0]).toContain('answers phones, too.');
  expect(await statesOf(check([{ ...OTHER_SERVER, isKnown: true }]))).toEqual(['green other-servers']);
  expect(await statesOf(check([]))).toEqual(['green other-servers']);
  expect(await statesOf(check([], true))).toEqual(['yellow other-servers']);
  expect(await statesOf(check([], false, 0))).toEqual([]);
});
