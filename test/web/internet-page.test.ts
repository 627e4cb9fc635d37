import { expect, test } from 'vitest';
import type { CertificateFacts, TlsFacts } from '../../src/core/certificate.ts';
import type { PortMapping } from '../../src/core/internet.ts';
import { Secret } from '../../src/core/secret.ts';
import { changeSite } from '../../src/flows/change-site.ts';
import type { KeeperState } from '../../src/upnp/keeper-state.ts';
import { APPROVED, NOW } from '../http/web-world.ts';
import { addressAt, IDLE_KEEPER, keeperAt, MAPPING_TESTS, periodsAt, ROUTER } from '../peers/internet-memory.ts';
import { createPageWorld, findMarkupFaults } from './page-world.ts';

const EVIL = '<img src=x onerror=alert(1)>"\'{{evil}}';
const FRAGMENT = { 'hx-request': 'true' };
const SIP: PortMapping = {
  protocol: 'UDP',
  externalPort: 5060,
  internalPort: 5060,
  count: 1,
  internalClient: null,
  description: 'SIP',
};

const CERTIFICATE: CertificateFacts = {
  subject: 'CN=box',
  issuer: 'CN=box',
  names: ['box'],
  from: 0,
  until: NOW,
  fingerprint: 'AB:CD',
};
const TLS: TlsFacts = {
  phonePort: 8061,
  webPort: null,
  webOnly: false,
  phoneLegacy: false,
  asksPhones: false,
  origin: 'files',
  certificate: CERTIFICATE,
  authority: null,
  problem: null,
};

type World = Awaited<ReturnType<typeof createPageWorld>>;

function fill({ internet }: World): void {
  internet.show({ keeper: keeperAt(NOW), address: addressAt(NOW), periods: periodsAt(NOW), tests: MAPPING_TESTS });
}

function switchPorts({ office }: World, mapPorts: boolean, portMappings: readonly PortMapping[] = [SIP]) {
  return changeSite(office, (site) => ({ ...site, internet: { ...site.internet, mapPorts, portMappings } }), 'a', NOW);
}

/** The settings as the page sends them back, with what somebody typed. */
async function settingsForm(world: World, typed: Record<string, string> = {}): Promise<Record<string, string>> {
  const { html } = await world.get('/internet/settings', { token: world.tokens.admin });
  const fields = Object.fromEntries(
    [...html.matchAll(/<input(?=[^>]*\sname="([^"]+)")(?![^>]*type="checkbox")(?=[^>]*\svalue="([^"]*)")/g)].map(
      ([, name, value]) => [name ?? '', value ?? ''],
    ),
  );
  return { ...fields, ...typed };
}

test('everybody sees the way, what is open and the address; in both languages the page is sound', async () => {
  const world = await createPageWorld();
  fill(world);
  await switchPorts(world, true);
  for (const token of Object.values(world.tokens)) {
    for (const language of ['en', 'de']) {
      const { status, html } = await world.get('/internet', { token, 'accept-language': language });
      expect(status).toBe(200);
      expect(findMarkupFaults(html)).toEqual([]);
      for (const part of ['FRITZ!Box 7590', '128.66.0.5', '192.168.10.30', '128.66.7.9', 'Second router', '10.0.0.1'])
        expect(html).toContain(part);
      expect(html).toMatch(/<ol class="way">(<li id="way-\w+">.*<\/li>\s*){4}<\/ol>/s);
    }
  }
  expect((await world.get('/internet/live', FRAGMENT)).html).not.toContain('<html');
});

test('a webhook that does not take the address is told, with its last answer', async () => {
  const world = await createPageWorld();
  fill(world);
  const token = world.tokens.viewer;
  expect((await world.get('/internet', { token })).html).not.toContain('id="webhook-trouble"');
  const problem = `it answers 500, wanted 2xx ${EVIL}`;
  const shown = async (state: 'waiting' | 'given-up', nextAt: number | null) => {
    world.internet.show({ webhook: { state, at: NOW - 1_000, problem, nextAt } });
    const { html } = await world.get('/internet/live', { token, ...FRAGMENT, 'accept-language': 'de' });
    expect(html).not.toContain(EVIL);
    return /id="webhook-trouble".*/.exec(html)?.[0];
  };
  const waiting = await shown('waiting', NOW + 60_000);
  expect(waiting).toContain('it answers 500');
  expect(waiting).toContain('Nächster Versuch');
  expect(await shown('given-up', null)).toContain('nicht mehr versucht');
  expect(findMarkupFaults((await world.get('/internet', { token })).html)).toEqual([]);
});

test('an office where nothing is set up is told so, without alarm', async () => {
  const world = await createPageWorld();
  const { html } = await world.get('/internet', { token: world.tokens.viewer });
  expect(findMarkupFaults(html)).toEqual([]);
  expect(html).toContain('Opening of ports is switched off');
  expect(html).toContain('An administrator can switch it on');
  expect(html).not.toContain('role="alert"');
  expect(html).toContain('No address has been in force yet');
});

test('the header of each page says how the Internet stands', async () => {
  const world = await createPageWorld();
  expect((await world.get('/')).html).toMatch(/id="internet-sign"[^>]*>.*address not known/);
  fill(world);
  expect((await world.get('/')).html).toMatch(/id="internet-sign"[^>]*>.*status good.*●.*128\.66\.0\.5/);
  expect((await world.get('/internet/sign', FRAGMENT)).html).toContain('128.66.0.5');
});

test('whatever the network says stays text, also in attributes', async () => {
  const world = await createPageWorld();
  const gateway = { ...ROUTER, name: EVIL, model: EVIL, manufacturer: EVIL, address: EVIL, serviceType: `urn:${EVIL}` };
  const keeper: KeeperState = {
    ...keeperAt(NOW),
    gateway,
    others: [gateway],
    refused: [{ address: EVIL, reason: EVIL }],
    status: { externalAddress: null, seen: EVIL, isConnected: true, connection: EVIL, uptimeSeconds: null },
    mappings: keeperAt(NOW).mappings.map((kept) => ({
      ...kept,
      heldBy: EVIL,
      wanted: { ...kept.wanted, description: EVIL, internalClient: EVIL },
      error: { kind: 'upnp', code: 999, text: EVIL },
    })),
  };
  const reading = { source: 'sip', decides: false, address: EVIL, kind: null, at: NOW, problem: EVIL } as const;
  const address = { address: EVIL, since: NOW, readings: [reading], isDisputed: true };
  const periods = [{ address: EVIL, source: 'upnp', since: NOW, until: null } as const];
  world.internet.show({ keeper, address, periods });
  await switchPorts(world, true);
  for (const path of ['/internet', '/internet/live', '/internet/sign', '/'])
    for (const language of ['en', 'de']) {
      const { status, html } = await world.get(path, { 'accept-language': language });
      expect(status).toBe(200);
      expect(html).not.toContain('<img');
      expect(html).not.toContain('"\'{{');
      if (path === '/internet' || path === '/') expect(findMarkupFaults(html)).toEqual([]);
    }
  const silent = { ...keeper, statusError: { kind: 'malformed', text: EVIL } as const };
  world.internet.show({ keeper: silent });
  expect((await world.get('/internet')).html).not.toContain('<img');
  const answer = await world.post('/internet/search', {}, FRAGMENT);
  expect(answer.html).toContain('Found: ');
  expect(answer.html).not.toContain('<img');
});

test('technicians search, renew and test, and are told the outcome, with script and without', async () => {
  const world = await createPageWorld();
  fill(world);
  const search = await world.post('/internet/search', {}, FRAGMENT);
  expect(search.html).toContain('Found: FRITZ!Box 7590 at 192.168.10.1.');
  const renew = await world.post('/internet/renew', {}, FRAGMENT);
  expect(renew.html).toContain('Renewed: 3 of 5 ports are open.');
  const tested = await world.post('/internet/test', {}, FRAGMENT);
  expect(tested.html).toContain('From inside nobody can prove');
  expect(tested.html).toContain('a program listens');
  expect(tested.html).not.toContain('<html');
  expect(world.internet.orders).toEqual(['search', 'renew', 'test']);
  expect(world.audit.map(({ action, actor }) => `${action} ${actor}`)).toEqual(
    expect.arrayContaining(['router.searched theo', 'ports.renewed theo', 'ports.tested theo']),
  );

  const plain = await world.post('/internet/search');
  expect([plain.status, plain.headers.location]).toEqual([303, '/internet']);
  const page = await world.post('/internet/test');
  expect(findMarkupFaults(page.html)).toEqual([]);
  expect(page.html).toContain('What the test found');

  world.internet.show({ keeper: IDLE_KEEPER, tests: [] });
  expect((await world.post('/internet/search', {}, FRAGMENT)).html).toContain('No router that opens ports answered');
  expect((await world.post('/internet/renew', {}, FRAGMENT)).html).toContain('nothing to renew');
  expect((await world.post('/internet/test', {}, FRAGMENT)).html).toContain('nothing to test');
});

test('who only looks has no button, and is refused at the door', async () => {
  const world = await createPageWorld();
  fill(world);
  await switchPorts(world, true);
  const { viewer, technician } = world.tokens;
  const orders = ['/internet/search', '/internet/renew', '/internet/test'];
  const admins = ['/internet/switch', '/internet/settings', '/internet/settings/secret', '/internet/check?field=x'];
  const page = (await world.get('/internet', { token: viewer })).html;
  for (const path of [...orders, ...admins]) {
    expect(page).not.toContain(`action="${path}"`);
    expect((await world.post(path, {}, { token: viewer })).status).toBe(403);
  }
  for (const path of admins) expect((await world.post(path, {}, { token: technician })).status).toBe(403);
  expect((await world.get('/internet', { token: technician })).html).not.toContain('action="/internet/switch"');
  const settings = await world.get('/internet/settings', { token: viewer });
  expect(settings.html).toContain('<fieldset class="lists" disabled>');
  expect(settings.html).not.toContain('class="button main"');
  expect(world.internet.orders).toEqual([]);
});

test('one switch opens what was chosen, and closes it; the list is kept', async () => {
  const world = await createPageWorld();
  const token = world.tokens.admin;
  const { office, audit } = world;
  const off = await world.get('/internet', { token });
  // The third is for an appliance that speaks TLS with phones.
  const listPresets = (html: string) => html.match(/(?<=type="checkbox" name="preset" value=")\w+/g);
  expect(listPresets(off.html)).toEqual(['sip', 'rtp']);
  const nowhere = await world.post('/internet/switch', { on: 'yes', preset: 'https' }, { token, ...FRAGMENT });
  expect(nowhere.html).toContain('Choose at least one');
  world.tls.facts = TLS;
  expect(listPresets((await world.get('/internet', { token })).html)).toEqual(['sip', 'rtp', 'https']);
  const nothing = await world.post('/internet/switch', { on: 'yes' }, { token, ...FRAGMENT });
  expect(nothing.html).toContain('Choose at least one');
  expect(office.site().internet.mapPorts).toBe(false);
  const on = await world.post('/internet/switch', { on: 'yes', preset: 'sip' }, { token });
  expect(on.headers.location).toBe('/internet');
  expect(office.site().internet).toMatchObject({ mapPorts: true, portMappings: [{ externalPort: 5060, count: 1 }] });
  expect((await world.get('/internet', { token })).html).toContain('The router has not been asked');
  await world.post('/internet/switch', { on: 'no' }, { token });
  expect(office.site().internet).toMatchObject({ mapPorts: false, portMappings: [{ externalPort: 5060 }] });
  expect((await world.get('/internet', { token })).html).toContain('What would be open:');
  // The presets are for an empty list: what somebody made stays as it is.
  await world.post('/internet/switch', { on: 'yes', preset: 'https' }, { token });
  expect(office.site().internet.portMappings).toHaveLength(1);
  expect(audit.filter(({ action }) => action === 'site.changed')).toHaveLength(3);
});

test('phones outside are led to the port where this appliance speaks TLS with phones', async () => {
  const world = await createPageWorld();
  const token = world.tokens.admin;
  const form = await settingsForm(world);
  expect((await world.get('/internet/settings', { token })).html).not.toContain('name="add.https"');
  // Its button is of a page from before: nothing is added, and nothing stored.
  const gone = await world.post('/internet/settings', { ...form, 'add.https': 'yes', pollSeconds: '90' }, { token });
  expect(gone.html).toContain('data-unsaved="yes"');
  expect(world.office.site().internet).toMatchObject({ portMappings: [], pollSeconds: 60 });
  world.tls.facts = TLS;
  expect((await world.get('/internet/settings', { token })).html).toContain('name="add.https"');
  const added = await world.post('/internet/settings', { ...form, 'add.https': 'yes' }, { token });
  expect(added.html).toMatch(/name="mapping\.0\.internalPort" value="8061"/);
  await world.post('/internet/switch', { on: 'yes', preset: 'https' }, { token });
  expect(world.office.site().internet).toMatchObject({ portMappings: [{ externalPort: 443, internalPort: 8061 }] });
});

test('a preset adds its row and stores nothing; applying stores it', async () => {
  const world = await createPageWorld();
  const token = world.tokens.admin;
  const first = await settingsForm(world);
  const added = await world.post('/internet/settings', { ...first, 'add.rtp': 'yes' }, { token });
  expect(findMarkupFaults(added.html)).toEqual([]);
  expect(added.html).toContain('data-unsaved="yes"');
  expect(added.html).toMatch(/name="mapping\.0\.externalPort" value="10000"[^>]*autofocus/);
  expect(world.office.site().internet.portMappings).toEqual([]);
  const fragment = await world.post('/internet/settings', { ...first, 'add.sip': 'yes' }, { token, ...FRAGMENT });
  expect(fragment.html).not.toContain('<html');

  const typed = { mapPorts: 'yes', 'mapping.0.protocol': 'UDP', 'mapping.0.externalPort': '10000' };
  const row = { ...typed, 'mapping.0.count': '4', 'mapping.0.description': 'RTP', 'mapping.0.internalPort': '' };
  const applied = await world.post('/internet/settings', { ...first, ...row }, { token });
  expect([applied.status, applied.headers.location]).toEqual([303, '/internet']);
  expect(world.office.site().internet).toMatchObject({
    mapPorts: true,
    portMappings: [{ externalPort: 10_000, internalPort: 10_000, count: 4, internalClient: null }],
  });
});

test('what is wrong is told at its field, and what was typed is kept', async () => {
  const world = await createPageWorld();
  const token = world.tokens.admin;
  const typed = { 'mapping.0.externalPort': '70000', 'mapping.0.description': EVIL, addressSource: 'fixed' };
  const form = await settingsForm(world, { ...typed, pollSeconds: '3', webhookUrl: 'https://example.com/x' });
  const { status, html } = await world.post('/internet/settings', form, { token });
  expect(status).toBe(422);
  expect(findMarkupFaults(html)).toEqual([]);
  expect(html).not.toContain('<img');
  expect(html).toContain('value="70000"');
  for (const id of ['mapping-0-externalPort', 'mapping-0-description', 'pollSeconds', 'fixedAddress'])
    expect(html).toMatch(new RegExp(`<span class="error" id="e-${id}"[^>]*>[^<]+`));
  // A webhook without a key would tell nobody.
  expect(html).toMatch(/id="f-webhookSecret".*<span class="error">[^<]+/s);
  const check = await world.post('/internet/check?field=pollSeconds', form, { token, ...FRAGMENT });
  expect(check.html).toMatch(/class="error" id="e-pollSeconds".*from 10 to 86400/);
  const good = await world.post('/internet/check?field=hostName', form, { token, ...FRAGMENT });
  expect(good.html).toMatch(/class="help" id="e-hostName"[^>]*><\/span>/);
});

test('two people at once: the second is told, and nothing is taken back', async () => {
  const world = await createPageWorld();
  const token = world.tokens.admin;
  const form = await settingsForm(world, { hostName: 'office.example.com' });
  await switchPorts(world, true);
  const late = await world.post('/internet/settings', form, { token });
  expect(late.status).toBe(409);
  expect(late.html).toContain('Somebody else has changed the site meanwhile');
  expect((await world.post('/internet/settings/secret', form, { token, ...FRAGMENT })).status).toBe(409);
  expect(world.office.site()).toMatchObject({ internet: { hostName: null, mapPorts: true }, webhookSecret: null });
});

test('the key of the webhook is drawn on demand, shown once and never again, and is taken away', async () => {
  const world = await createPageWorld();
  const token = world.tokens.admin;
  const form = await settingsForm(world, { webhookUrl: 'https://example.com/x' });
  const drawn = await world.post('/internet/settings/secret', form, { token, ...FRAGMENT });
  const [, key = ''] = /<code id="drawn-secret">([^<]+)</.exec(drawn.html) ?? [];
  expect(key).toMatch(/^[\w-]{43}$/);
  expect(world.office.site().webhookSecret?.reveal()).toBe(key);
  // The form goes on where it was: its next sending is not stale.
  const [, revision = ''] = /name="revision" value="(\d+)"/.exec(drawn.html) ?? [];
  const applied = await world.post('/internet/settings', { ...form, revision }, { token });
  expect(applied.status).toBe(303);
  expect(world.office.site().internet.webhookUrl).toBe('https://example.com/x');
  expect((await world.get('/internet/settings', { token })).html).not.toContain(key);
  expect(JSON.stringify(world.audit)).not.toContain(key);

  const gone = await settingsForm(world, { 'webhookSecret.remove': 'yes', webhookUrl: '' });
  await world.post('/internet/settings', gone, { token });
  expect(world.office.site()).toMatchObject({ webhookSecret: null, internet: { webhookUrl: null } });

  // Without script the whole page comes back, with what was typed.
  const page = await world.post('/internet/settings/secret', await settingsForm(world, { hostName: 'a.example' }), {
    token,
  });
  expect(findMarkupFaults(page.html)).toEqual([]);
  expect(page.html).toContain('drawn-secret');
  expect(page.html).toContain('value="a.example"');
});

test('phones with other files since the address changed are offered for a resync, quietly', async () => {
  const world = await createPageWorld();
  expect((await world.get('/internet')).html).not.toContain('The external address is new');
  world.affect(APPROVED);
  const { html } = await world.get('/internet');
  expect(findMarkupFaults(html)).toEqual([]);
  expect(html).toContain('The external address is new: 1 phone');
  expect((await world.get('/internet/affected', FRAGMENT)).html).not.toContain('<html');
  const { viewer } = world.tokens;
  expect((await world.get('/internet', { token: viewer })).html).not.toContain('action="/internet/affected"');
  expect((await world.post('/internet/affected', {}, { token: viewer })).status).toBe(403);
  expect((await world.post('/internet/affected')).headers.location).toBe('/site/resync');
  expect((await world.get('/site/resync')).html).toContain('1 phone has not been asked yet');
});

test('a secret that is there does not come out of any page', async () => {
  const world = await createPageWorld();
  const webhookSecret = new Secret('never-shown-webhook-key');
  await changeSite(world.office, (site) => ({ ...site, webhookSecret }), 'a', NOW);
  for (const path of ['/internet', '/internet/settings', '/internet/live'])
    expect((await world.get(path, { token: world.tokens.admin })).html).not.toContain('never-shown');
});
