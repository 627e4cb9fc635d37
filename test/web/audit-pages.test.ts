import { expect, test } from 'vitest';
import { BLOCKED, NOW } from '../http/web-world.ts';
import { createPageWorld } from './page-world.ts';

test('the system page says that the record of decisions was tampered with, in the reader’s language', async () => {
  const world = await createPageWorld();
  const { html } = await world.get('/system');
  expect(html).toContain('rows 3 to 4 were removed');
  expect(html).toContain('1 older one without proof');
  const german = (await world.get('/system', { 'accept-language': 'de' })).html;
  expect(german).toContain('die Zeilen 3 bis 4 wurden entfernt');
});

test('an event tells from where it was decided, once', async () => {
  const world = await createPageWorld();
  const about = { at: NOW, actor: 'anna', detail: {} };
  await world.office.commit({
    audit: [
      { ...about, from: '192.0.2.5', action: 'device.blocked', subject: BLOCKED },
      { ...about, from: null, action: 'device.forgotten', subject: BLOCKED },
      { ...about, from: '192.0.2.6', action: 'session.opened', subject: 'anna', detail: { address: '192.0.2.6' } },
    ],
  });
  const { html } = await world.get('/events', { token: world.tokens.admin });
  expect(html.match(/<span class="quiet">from<\/span> [^<]*/g)).toEqual(['<span class="quiet">from</span> 192.0.2.5']);
  expect(html.split('192.0.2.6')).toHaveLength(2);
  const { body } = await world.app.inject({
    url: '/events/download?kind=decisions',
    headers: { authorization: `Bearer ${world.tokens.admin}` },
  });
  expect(body.split('\r\n')[0]).toBe('\ufeffat,source,event,phone,subject,actor,from,text,detail');
  expect(body).toContain('anna,192.0.2.5,');
});
