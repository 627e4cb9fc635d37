import { afterEach, beforeEach, expect, test } from 'vitest';
import { LANGUAGES } from '../../src/web/choose-language.ts';
import { APPROVED, mac, NOW } from '../http/web-world.ts';
import { createPageWorld, findMarkupFaults } from './page-world.ts';

type World = Awaited<ReturnType<typeof createPageWorld>>;
let world: World;
beforeEach(async () => {
  world = await createPageWorld();
});
afterEach(() => world.app.close());

const FRAGMENT = { 'hx-request': 'true' };
const trust = () => world.office.site().trust;
const asAdmin = (more: Record<string, string> = {}) => ({ token: world.tokens.admin, ...more });

function form(rows: readonly Record<string, string>[], more: Record<string, string> = {}): Record<string, string> {
  const fields = rows.flatMap((row, index) =>
    Object.entries({ action: 'drop', protocol: 'both', note: '', ...row }).map(([name, value]) => [
      `filter.${index}.${name}`,
      value,
    ]),
  );
  return {
    revision: String(world.office.site().revision),
    filters: 'rows',
    quarantine: 'yes',
    ...Object.fromEntries(fields),
    ...more,
  };
}

function quarantineStranger(): void {
  world.neighbours.set('192.168.10.66', mac('020000000066'));
  for (let guess = 0; guess < 11; guess++) {
    world.quarantine.fail({ kind: 'bad-token', address: '192.168.10.66', what: `${guess}` });
  }
}

test.each(LANGUAGES)('the page stands in %s, with rules, with and without somebody in quarantine', async (language) => {
  const headers = { 'accept-language': language };
  for (const token of Object.values(world.tokens)) {
    const { status, html } = await world.get('/site/trust', { token, ...headers });
    expect([status, findMarkupFaults(html)]).toEqual([200, []]);
  }
  quarantineStranger();
  await world.post(
    '/site/trust',
    form([{ network: '192.168.10.0/28', note: 'Guests' }, { network: '10.0.0.1' }]),
    asAdmin(),
  );
  for (const token of Object.values(world.tokens)) {
    const { html } = await world.get('/site/trust', { token, ...headers });
    expect(findMarkupFaults(html)).toEqual([]);
    expect(html).toContain('192.168.10.66');
    expect(html.includes('/site/trust/release')).toBe(token !== world.tokens.viewer);
  }
});

test('rules are applied in their order; the empty row is none', async () => {
  const answer = await world.post(
    '/site/trust',
    form([
      { action: 'trust', network: '192.168.10.9', note: 'Monitoring' },
      { network: '192.168.10.0/28', protocol: 'sip' },
      { network: '', action: 'allow' },
    ]),
    asAdmin(),
  );
  expect(answer.status).toBe(303);
  expect(trust()).toMatchObject({
    rules: [
      { action: 'trust', network: '192.168.10.9', protocol: 'both', note: 'Monitoring' },
      { action: 'drop', network: '192.168.10.0/28', protocol: 'sip', note: '' },
    ],
    quarantine: true,
  });
  expect(world.audit[0]).toMatchObject({ action: 'site.changed', actor: 'anna' });
});

test('a row goes up or down, and nothing is stored by that', async () => {
  const rows = [{ network: '10.0.0.1' }, { network: '10.0.0.2' }, { network: '10.0.0.3' }];
  const { html, status } = await world.post('/site/trust', form(rows, { move: 'up.2' }), asAdmin(FRAGMENT));
  expect(status).toBe(200);
  const shown = [...html.matchAll(/name="filter\.(\d)\.network" value="([^"]+)"/g)].map(([, index, value]) => [
    index,
    value,
  ]);
  expect(shown).toEqual([
    ['0', '10.0.0.1'],
    ['1', '10.0.0.3'],
    ['2', '10.0.0.2'],
  ]);
  expect(html).toContain('data-unsaved="yes"');
  expect(trust().rules).toEqual([]);
  const edge = await world.post('/site/trust', form(rows, { move: 'up.0' }), asAdmin(FRAGMENT));
  expect(edge.html).toMatch(/filter\.0\.network" value="10\.0\.0\.1"/);
});

test('a rule is taken away', async () => {
  await world.post('/site/trust', form([{ network: '10.0.0.1' }, { network: '10.0.0.2' }]), asAdmin());
  await world.post('/site/trust', form([{ network: '10.0.0.1', remove: 'yes' }, { network: '10.0.0.2' }]), asAdmin());
  expect(trust().rules.map(({ network }) => network)).toEqual(['10.0.0.2']);
});

test('what is wrong is said at its field, and nothing is stored', async () => {
  const wrong = form([{ network: '192.168.10.7/24' }, { network: 'office' }]);
  const { html, status } = await world.post('/site/trust', wrong, asAdmin());
  expect([status, findMarkupFaults(html)]).toEqual([422, []]);
  expect(html).toContain('192.168.10.0/24 for the whole network');
  expect(html.match(/aria-invalid="true"/g)).toHaveLength(2);
  expect(trust().rules).toEqual([]);
  const check = await world.post('/site/trust/check?field=filter.1.network', wrong, asAdmin(FRAGMENT));
  expect(check.html).toContain('one address');
  const fine = await world.post('/site/trust/check?field=filter.1.note', wrong, asAdmin(FRAGMENT));
  expect(fine.html).not.toContain('error');
});

test('a form from before somebody else’s change is not applied', async () => {
  const old = form([{ network: '10.0.0.1' }]);
  await world.post('/site/trust', form([{ network: '10.0.0.2' }]), asAdmin());
  expect((await world.post('/site/trust', old, asAdmin())).status).toBe(409);
  expect(trust().rules.map(({ network }) => network)).toEqual(['10.0.0.2']);
});

test('an address is tried against the rules as they are typed', async () => {
  const typed = form([{ network: '192.168.10.0/28', protocol: 'sip', note: 'Guests' }], { address: '192.168.10.3' });
  const { html } = await world.post('/site/trust/test', typed, FRAGMENT);
  expect(html).toContain('SIP: is not heard.');
  expect(html).toContain('Rule 1: 192.168.10.0/28 (Guests).');
  expect(html).toContain('HTTP: may ask for files.');
  const stored = await world.post('/site/trust/test', { address: '192.168.10.3' });
  expect(stored.html).toContain('SIP: is heard.');
  expect(findMarkupFaults(stored.html)).toEqual([]);
  quarantineStranger();
  expect((await world.post('/site/trust/test', { address: '192.168.10.66' }, FRAGMENT)).html).toContain(
    'in quarantine now',
  );
  expect((await world.post('/site/trust/test', { address: 'office' }, FRAGMENT)).html).toContain('no IPv4 address');
  expect((await world.post('/site/trust/test', { address: '' }, FRAGMENT)).html.trim()).toBe('');
});

test('who drops the address that he sits at is warned, and stays in', async () => {
  const inject = (method: 'GET' | 'POST', url: string, payload = '') =>
    world.app.inject({
      method,
      url,
      remoteAddress: '192.168.10.20',
      headers: {
        authorization: `Bearer ${world.tokens.admin}`,
        accept: 'text/html',
        'content-type': 'application/x-www-form-urlencoded',
      },
      ...(method === 'POST' && { payload }),
    });
  const applied = await inject(
    'POST',
    '/site/trust',
    new URLSearchParams(form([{ network: '192.168.10.0/24' }])).toString(),
  );
  expect(applied.statusCode).toBe(303);
  const page = await inject('GET', '/site/trust');
  expect(page.statusCode).toBe(200);
  expect(page.body).toContain('Rule 1 drops the address that you sit at, 192.168.10.20');
  expect((await world.get('/site/trust')).html).not.toContain('that you sit at');
});

test('only an administrator writes rules; a technician releases, a viewer looks', async () => {
  expect((await world.post('/site/trust', form([{ network: '10.0.0.1' }]))).status).toBe(403);
  quarantineStranger();
  const release = { address: '192.168.10.66' };
  expect((await world.post('/site/trust/release', release, { token: world.tokens.viewer })).status).toBe(403);
  const { html } = await world.post('/site/trust/release', release, FRAGMENT);
  expect(html).toContain('Nobody is in quarantine.');
  expect(world.audit[0]).toMatchObject({ action: 'quarantine.released', actor: 'theo', subject: '192.168.10.66' });
  quarantineStranger();
  expect((await world.post('/site/trust/release', { all: 'yes' })).status).toBe(303);
  expect(world.quarantine.list()).toEqual([]);
  expect((await world.get('/site/trust/quarantine', FRAGMENT)).html).toContain('Nobody is in quarantine.');
});

test('a phone’s card says that it is kept out, why and until when, and lets it in with one click', async () => {
  const address = '192.168.10.42';
  world.neighbours.set(address, APPROVED);
  for (let guess = 0; guess < 11; guess++) world.quarantine.fail({ kind: 'bad-token', address, what: `${guess}` });
  const card = await world.get(`/phones/${APPROVED}`);
  expect(findMarkupFaults(card.html)).toEqual([]);
  expect(card.html).toContain(
    `Nothing is taken from this phone’s address ${address}, because of many different tokens`,
  );
  expect(card.html).toContain(`datetime="${new Date(NOW + 60_000).toISOString()}"`);
  expect(world.journeys[0]).toMatchObject({ mac: APPROVED, step: 'refused', reason: expect.stringContaining(address) });
  const viewer = await world.get(`/phones/${APPROVED}`, { token: world.tokens.viewer });
  expect(viewer.html).not.toContain(`/phones/${APPROVED}/release`);
  expect((await world.post(`/phones/${APPROVED}/release`)).status).toBe(303);
  expect((await world.get(`/phones/${APPROVED}`)).html).not.toContain('Nothing is taken from this phone');
  const list = await world.get('/site/trust', { 'accept-language': 'de' });
  expect(list.html).toContain('Niemand ist in Quarantäne.');
});

test('the quarantine is switched off and on', async () => {
  const { quarantine: _on, ...off } = form([]);
  await world.post('/site/trust', off, asAdmin());
  expect(trust().quarantine).toBe(false);
  expect((await world.get('/site/trust')).html).toContain('it is switched off');
  await world.post('/site/trust', form([]), asAdmin());
  expect(trust().quarantine).toBe(true);
});

test('the hand-over window and the routed networks are set on the page, and what is wrong is said', async () => {
  const fields = { handOverMinutes: '15', routedNetworks: '10.9.0.0/16, 192.168.77.4' };
  expect((await world.post('/site/trust', form([], fields), asAdmin())).status).toBe(303);
  expect(trust()).toMatchObject({ handOverMinutes: 15, routedNetworks: ['10.9.0.0/16', '192.168.77.4'] });
  // A form without them leaves them alone.
  expect((await world.post('/site/trust', form([{ network: '10.0.0.1' }]), asAdmin())).status).toBe(303);
  expect(trust()).toMatchObject({ handOverMinutes: 15, rules: [{ network: '10.0.0.1' }] });
  const wrong = { handOverMinutes: 'soon', routedNetworks: '10.9.1.0/16' };
  const { status, html } = await world.post('/site/trust', form([], wrong), asAdmin());
  expect([status, findMarkupFaults(html)]).toEqual([422, []]);
  expect(html).toContain('10.9.0.0/16 for the whole network, or the address alone');
  expect(html).toContain('0 for at any time, or minutes up to');
  expect(html).toContain('value="soon"');
});

test('a sealed phone can be handed its files over again from its menu, where the site has windows', async () => {
  const menu = async () => (await world.get(`/phones/${APPROVED}/actions`, asAdmin())).html;
  expect(await menu()).not.toContain('/hand-over');
  await world.post('/site/trust', form([], { handOverMinutes: '15' }), asAdmin());
  expect(await menu()).toContain(`/phones/${APPROVED}/hand-over`);
  expect((await world.post(`/phones/${APPROVED}/hand-over`, {}, asAdmin())).status).toBe(303);
  expect(world.office.findDevice(mac(APPROVED))?.handOver?.address).toBeNull();
});

test('phones can be told to log in; the page says which makes are not asked, and the phone whether it did', async () => {
  const { html } = await world.get('/site/trust', asAdmin());
  expect(html).toMatch(/Aastra\/Mitel, with Basic/);
  expect((await world.get(`/phones/${APPROVED}`, asAdmin())).html).not.toContain('First logged in');
  await world.post('/site/trust', form([], { phoneLogin: 'digest' }), asAdmin());
  expect(trust().phoneLogin).toBe('digest');
  expect((await world.get('/site/trust', asAdmin())).html).toMatch(/value="digest" selected/);
  const phone = await world.get(`/phones/${APPROVED}`, asAdmin());
  expect(phone.html).toMatch(/First logged in<\/dt><dd>not yet/);
  expect(findMarkupFaults(phone.html)).toEqual([]);
  const menu = await world.get(`/phones/${APPROVED}/actions`, asAdmin(FRAGMENT));
  expect(menu.html).toContain(`/phones/${APPROVED}/hand-over`);
  // A form without the field leaves it alone, and so does a word that is none.
  await world.post('/site/trust', form([]), asAdmin());
  await world.post('/site/trust', form([], { phoneLogin: 'ntlm' }), asAdmin());
  expect(trust().phoneLogin).toBe('digest');
});
