import { afterAll, expect, test } from 'vitest';
import { APPROVED, BLOCKED, device, PENDING, UNKNOWN_MAKE } from '../http/web-world.ts';
import { createPageWorld, findMarkupFaults } from './page-world.ts';

const HOSTILE = `"><script>alert(1)</script><img src=x onerror=alert(2)>'{{constructor}}`;
const HOSTILE_PHONE = '0015650000ee';

const world = await createPageWorld({
  devices: [
    device(HOSTILE_PHONE, {
      vendorId: null,
      model: HOSTILE,
      firmware: HOSTILE,
      words: { userAgent: HOSTILE, vendor: HOSTILE, model: HOSTILE, firmware: HOSTILE },
    }),
  ],
});
const { get, post, office, held, tokens, record } = world;
record(APPROVED, 'seen', { userAgent: HOSTILE, address: HOSTILE });
record(APPROVED, 'refused', { file: HOSTILE }, HOSTILE);
afterAll(() => world.app.close());

const FRAGMENT = { 'hx-request': 'true' };
const PAGES = [
  '/',
  '/?show=stuck',
  '/?show=pending&q=T46',
  '/?vendor=yealink&sort=seen&order=down',
  `/phones/${APPROVED}`,
  `/phones/${PENDING}`,
  `/phones/${UNKNOWN_MAKE}`,
  `/phones/${BLOCKED}`,
  `/phones/${HOSTILE_PHONE}`,
  `/phones/${APPROVED}/settings`,
  `/phones/${PENDING}/actions`,
  `/phones/${UNKNOWN_MAKE}/actions`,
  `/phones/bulk?do=approve&mac=${PENDING}&mac=${UNKNOWN_MAKE}`,
  '/phones/bulk?do=block',
];

test.each(PAGES)(
  '%s is sound markup in both languages, and nothing that a phone says becomes part of it',
  async (url) => {
    for (const language of ['en', 'de-DE,de;q=0.9']) {
      const { status, html } = await get(url, { 'accept-language': language });
      expect(status).toBe(200);
      expect(findMarkupFaults(html)).toEqual([]);
      expect(html).not.toMatch(/<script>|<img/);
      expect(html).toContain(`<html lang="${language.slice(0, 2)}"`);
    }
  },
);

test('pages forbid script from elsewhere and from within, framing, and being kept', async () => {
  const { headers } = await get('/');
  expect(headers['content-security-policy']).toContain("default-src 'self'");
  expect(headers['content-security-policy']).not.toContain('unsafe');
  expect(headers).toMatchObject({
    'x-frame-options': 'DENY',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  });
});

test('without a user there is no page, and a viewer decides nothing', async () => {
  expect((await get('/', { token: 'nobody' })).status).toBe(401);
  const own = { token: tokens.viewer, ...FRAGMENT };
  for (const path of ['approve', 'undo', 'block', 'forget', 'resync', 'reboot', 'settings', 'reveal']) {
    expect([path, (await post(`/phones/${PENDING}/${path}`, { extension: '150' }, own)).status]).toEqual([path, 403]);
  }
  expect((await post('/phones/bulk', { do: 'block', mac: PENDING }, own)).status).toBe(403);
  expect((await get('/', { token: tokens.viewer })).html).not.toMatch(
    /<form class="approve|data-pick|data-bulk-button/,
  );
  expect(office.findDevice(PENDING)?.state).toBe('pending');
});

test('an approval is held, can be undone, and is carried out when nobody does', async () => {
  const first = await post(`/phones/${PENDING}/approve`, { extension: '150', group: 'waiting' }, FRAGMENT);
  expect(first.html).toContain('data-state="held"');
  expect((await post(`/phones/${PENDING}/undo`, { group: 'waiting' }, FRAGMENT)).html).toContain(
    'data-state="pending"',
  );
  expect(office.findDevice(PENDING)?.state).toBe('pending');
  expect(office.findExtension('150')).toBeUndefined();
  await post(`/phones/${PENDING}/approve`, { extension: '150', group: 'waiting' }, FRAGMENT);
  // The next free number is not the one that is promised.
  expect(held.promised()).toEqual(new Set(['150']));
  await held.finish();
  expect(office.findDevice(PENDING)).toMatchObject({ state: 'approved', extensions: ['150'] });
  const late = await post(`/phones/${PENDING}/undo`, { group: 'waiting' }, FRAGMENT);
  expect(late.html).toContain('too late');
});

test('what cannot be is said in the row, in the language of the reader', async () => {
  const taken = await post(
    `/phones/${HOSTILE_PHONE}/approve`,
    { extension: '101', vendor: 'yealink', group: 'waiting' },
    { ...FRAGMENT, 'accept-language': 'de' },
  );
  expect(taken.html).toContain('101 ist schon auf Telefon');
  const unknown = await post(`/phones/${UNKNOWN_MAKE}/approve`, { extension: '151', group: 'waiting' }, FRAGMENT);
  expect(unknown.html).toContain('The maker of this phone is not known');
});

test('without script a form leads back to the list and says what happened', async () => {
  const answer = await post(`/phones/${BLOCKED}/forget`);
  expect(answer).toMatchObject({ status: 303, headers: { location: '/' } });
  const cookie = String(answer.headers['set-cookie']).split(';')[0] ?? '';
  expect((await get('/', { cookie })).html).toContain('is forgotten');
  expect(office.findDevice(BLOCKED)).toBeUndefined();
});

test('live rows: as they are now, new ones marked, forgotten ones told, nonsense left out', async () => {
  const { html } = await get(`/phones/rows?phones=${APPROVED},${BLOCKED},nonsense&new=${UNKNOWN_MAKE}`);
  expect(html.match(/<tr /g)).toHaveLength(3);
  expect(html).toContain(`id="p-${UNKNOWN_MAKE}" class="phone-row fresh"`);
  expect(html).toContain('data-state="gone"');
});

test('a setting that is not as it should be is told beside its field, and nothing is stored', async () => {
  const wrong = await post(`/phones/${APPROVED}/settings`, { sipPort: '70000', timeZone: 'Europe/Berln' });
  expect(wrong.status).toBe(422);
  expect(findMarkupFaults(wrong.html)).toEqual([]);
  expect(wrong.html).toContain('2 settings are not as they should be');
  expect(wrong.html).toContain('Europe/Berlin');
  expect(office.findDevice(APPROVED)?.settings).toEqual({});
  await post(`/phones/${APPROVED}/settings`, { sipPort: '5070', 'own.outboundProxy': 'yes' });
  expect(office.findDevice(APPROVED)?.settings).toEqual({ sipPort: 5070, outboundProxy: '' });
  await post(`/phones/${APPROVED}/settings`, { reset: 'yes' });
  expect(office.findDevice(APPROVED)?.settings).toEqual({});
});

test('an address that does not exist is a page for people and a problem for programs', async () => {
  const page = await get('/nowhere');
  expect(page.status).toBe(404);
  expect(page.html).toContain('There is nothing at this address.');
  expect((await get('/nowhere', { accept: 'application/json' })).headers['content-type']).toContain('problem+json');
  expect((await get('/api/v1/nowhere')).headers['content-type']).toContain('problem+json');
});

test('language and look are kept, and lead back to our own pages only', async () => {
  const answer = await post('/preferences', { language: 'de', theme: 'dark', back: '/extensions' });
  expect(answer).toMatchObject({ status: 303, headers: { location: '/extensions' } });
  const cookie = [answer.headers['set-cookie']]
    .flat()
    .map((text) => String(text).split(';')[0])
    .join('; ');
  expect((await get('/', { cookie })).html).toContain('<html lang="de" data-theme="dark">');
  for (const back of [
    '//elsewhere.example',
    '/\\elsewhere.example',
    'https://elsewhere.example',
    '/a\r\nset-cookie: x',
  ])
    expect((await post('/preferences', { back })).headers.location).toBe('/');
});
