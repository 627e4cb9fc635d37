import { expect, test } from 'vitest';
import { note } from '../../src/core/note.ts';
import { type DoctorCheck, green, red, yellow } from '../../src/flows/doctor/finding.ts';
import { createPageWorld, findMarkupFaults } from './page-world.ts';

const FRAGMENT = { 'hx-request': 'true' };
const EVIL = '<img src=x onerror=alert(1)>"\'{{evil}}';

const SOUND: DoctorCheck = {
  id: 'templates',
  run: async () => [green('templates', note('doctor.templates-good', 'Templates and overrides are sound.'))],
};

function heldCheck() {
  let release = () => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  const check: DoctorCheck = {
    id: 'other-servers',
    async run() {
      await held;
      const sentence = note('doctor.server-offers', '{who} sends phones to {url}.', { who: '192.168.10.9', url: EVIL });
      return [
        red('other-servers', sentence, note('doctor.templates-advice', 'Mend it.')),
        yellow('backup', note('doctor.backup-none', 'No nightly backup is made.'), null),
      ];
    },
  };
  return { check, release };
}

test('the System page offers the doctor to who may start it', async () => {
  const world = await createPageWorld();
  const { html } = await world.get('/system');
  expect(html).toContain('Run doctor');
  expect(findMarkupFaults(html)).toEqual([]);
  expect((await world.get('/system', { token: world.tokens.viewer })).html).not.toContain('Run doctor');
  expect((await world.post('/system/doctor', {}, { ...FRAGMENT, token: world.tokens.viewer })).status).toBe(403);
});

test('while it runs the card shows how far it is and asks for itself, then what was found', async () => {
  const world = await createPageWorld();
  const { check, release } = heldCheck();
  world.examine(SOUND, check);
  await world.post('/system/doctor', {}, FRAGMENT);
  const { html: running } = await world.get('/system/doctor');
  expect(running).toContain('hx-trigger="load delay:400ms"');
  expect(running).toContain('1 of 2 areas looked at');
  expect(running).toContain('Templates and overrides are sound.');
  expect(running).toMatch(/<button class="button main" disabled>/);
  expect(findMarkupFaults(running)).toEqual([]);
  release();
  await world.doors.doctor.run();
  const { html: over } = await world.get('/system/doctor');
  expect(over).not.toContain('hx-trigger');
  expect(over).toContain('Something keeps phones from being served.');
  expect(over).not.toContain('<img src=x');
  expect(findMarkupFaults(over)).toEqual([]);
  const { html: german } = await world.get('/system', { 'accept-language': 'de' });
  expect(german).toContain('Vorlagen und Überschreibungen sind in Ordnung.');
  expect(german).toContain('Es wird keine nächtliche Sicherung gemacht.');
});

test('without script the page comes back when all is looked at', async () => {
  const world = await createPageWorld();
  world.examine(SOUND);
  const answer = await world.post('/system/doctor');
  expect([answer.status, answer.headers.location]).toEqual([303, '/system#doctor']);
  expect((await world.get('/system')).html).toContain('Everything is as it should be.');
});
