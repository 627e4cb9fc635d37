import { expect, test } from 'vitest';
import { changeSite } from '../../src/flows/change-site.ts';
import { OTHER_SERVER } from '../peers/servers-memory.ts';
import { createPageWorld, findMarkupFaults } from './page-world.ts';

const EVIL = '<img src=x onerror=alert(1)>"\'{{evil}}';
const FRAGMENT = { 'hx-request': 'true' };

test.each(['/', '/system'])('%s warns of another server, and of none where there is none', async (path) => {
  const world = await createPageWorld();
  expect((await world.get(path)).html).not.toContain('Another PnP server answers');
  world.otherServers.show([OTHER_SERVER]);
  const { html } = await world.get(path);
  expect(html).toContain('Another PnP server answers phones here');
  expect(html).toContain('192.168.10.9 (52:54:00:a1:b2:c3) sends phones to http://192.168.10.9/p/.');
  expect(findMarkupFaults(html)).toEqual([]);
  expect((await world.get(path, { 'accept-language': 'de' })).html).toContain(
    'schickt Telefone zu http://192.168.10.9/p/.',
  );
});

test('what another server says of itself stays text', async () => {
  const world = await createPageWorld();
  world.otherServers.show([{ ...OTHER_SERVER, says: EVIL, url: EVIL }]);
  for (const path of ['/', '/system', '/other-servers/alarm', '/other-servers/card']) {
    const { html } = await world.get(path);
    expect(html).not.toContain('<img src=x');
    expect(findMarkupFaults(html)).toEqual([]);
  }
});

test('what it does to phones is said as it was seen', async () => {
  const world = await createPageWorld();
  const alarm = async (more: Partial<typeof OTHER_SERVER>) => {
    world.otherServers.show([{ ...OTHER_SERVER, mac: null, ...more }]);
    return (await world.get('/other-servers/alarm')).html;
  };
  expect(await alarm({ url: null })).toContain('192.168.10.9 answers phones, and names no address.');
  expect(await alarm({ url: null, status: 500 })).toContain('192.168.10.9 refuses phones (500)');
  expect(await alarm({ isOwnHost: true, make: 'Maker' })).toContain('192.168.10.9 (Maker, on this very host) sends');
});

test('an administrator calls a server wanted, and the warning is gone; a technician cannot', async () => {
  const world = await createPageWorld();
  world.otherServers.show([OTHER_SERVER]);
  const form = { id: OTHER_SERVER.id, wanted: 'yes' };
  expect((await world.post('/other-servers/want', form, FRAGMENT)).status).toBe(403);
  expect((await world.get('/system')).html).not.toContain('It is ours');
  const admin = { token: world.tokens.admin };
  expect((await world.get('/system', admin)).html).toContain('It is ours');
  expect((await world.post('/other-servers/want', form, { ...FRAGMENT, ...admin })).html).toContain('wanted');
  expect(world.office.site().trust.knownServers).toEqual([OTHER_SERVER.id]);
  expect((await world.get('/')).html).not.toContain('Another PnP server answers');
  await world.post('/other-servers/want', { ...form, wanted: 'no' }, admin);
  expect(world.office.site().trust.knownServers).toEqual([]);
});

test('a server that nobody heard is not called wanted', async () => {
  const world = await createPageWorld();
  const form = { id: '192.168.10.77', wanted: 'yes' };
  const answer = await world.post('/other-servers/want', form, { ...FRAGMENT, token: world.tokens.admin });
  expect(answer.status).toBe(422);
  expect(world.office.site().trust.knownServers).toEqual([]);
});

test('of fifty servers that are ours one can be taken off, and only then comes another', async () => {
  const world = await createPageWorld();
  const known = Array.from({ length: 50 }, (_, index) => `192.168.10.${index + 100}`);
  const [first = ''] = known;
  await changeSite(world.office, (site) => ({ ...site, trust: { ...site.trust, knownServers: known } }), 'a', 1);
  world.otherServers.show([OTHER_SERVER, { ...OTHER_SERVER, id: first }]);
  const want = async (id: string, wanted: 'yes' | 'no') =>
    (await world.post('/other-servers/want', { id, wanted }, { ...FRAGMENT, token: world.tokens.admin })).status;
  expect(await want(OTHER_SERVER.id, 'yes')).toBe(422);
  expect(await want(first, 'yes')).toBe(200);
  expect(world.office.site().trust.knownServers).toEqual(known);
  expect(await want(first, 'no')).toBe(200);
  expect(await want(OTHER_SERVER.id, 'yes')).toBe(200);
  expect(world.office.site().trust.knownServers).toEqual([...known.slice(1), OTHER_SERVER.id]);
});

test('the LAN is asked now, by a technician; without script the way leads back to the card', async () => {
  const world = await createPageWorld();
  expect((await world.post('/other-servers/check', {}, { token: world.tokens.viewer })).status).toBe(403);
  expect((await world.post('/other-servers/check', {}, FRAGMENT)).html).toContain('Ask now');
  const plain = await world.post('/other-servers/check');
  expect([plain.status, plain.headers.location]).toEqual([303, '/system#other-servers']);
  expect(world.otherServers.checks()).toBe(2);
});

test('how often is chosen by an administrator, and what cannot be is refused', async () => {
  const world = await createPageWorld();
  const set = (minutes: string) =>
    world.post('/other-servers/settings', { minutes }, { ...FRAGMENT, token: world.tokens.admin });
  expect((await set('30')).html).toContain('<option value="30" selected>every 30 minutes</option>');
  expect(world.office.site().trust.otherServerCheckMinutes).toBe(30);
  expect((await set('-1')).status).toBe(422);
  expect((await set('99999')).status).toBe(422);
  expect((await set('0')).html).toContain('Nobody is asked by itself.');
});

test('the card says when was asked, and what hindered it', async () => {
  const world = await createPageWorld();
  const problem = { key: 'other-server.not-asked', values: { where: '192.168.10.2 (EPERM)' }, text: 'x' };
  world.otherServers.show([], { checkedAt: 1, isChecking: true, problem });
  const { html } = await world.get('/other-servers/card');
  expect(html).toContain('192.168.10.2 (EPERM)');
  expect(html).toContain('Nobody else answered.');
  expect(html).toMatch(/<button class="button" disabled>/);
});
