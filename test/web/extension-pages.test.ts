import { expect, test } from 'vitest';
import { StoreError } from '../../src/store/store-error.ts';
import { device, extension } from '../http/web-world.ts';
import { createPageWorld, findMarkupFaults } from './page-world.ts';

const PHONE = '001565aa0001';

async function open() {
  const world = await createPageWorld();
  world.office.adopt({
    extensions: [extension('201', { language: 'it' }), extension('202', { language: 'xx' })],
    devices: [
      device(PHONE, { state: 'approved', vendorId: 'yealink', model: 'T46S', extensions: ['201', '202', '201'] }),
    ],
  });
  return world;
}

test('the table and the form say on which lines of which phones an extension is, and its language', async () => {
  const { app, get } = await open();
  const list = await get('/extensions?find=201', { 'accept-language': 'de' });
  expect(findMarkupFaults(list.html)).toEqual([]);
  expect(list.html).toContain('Leitung 1, 3');
  expect(list.html).toContain('<td data-label="Sprache">Italienisch</td>');
  const form = await get('/extensions/edit?number=202');
  expect(findMarkupFaults(form.html)).toEqual([]);
  expect(form.html).toContain('line 2');
  // A language that no make speaks was set by the API: the form does not lose it.
  expect(form.html).toContain('<option value="xx" selected>');
  expect(form.html).toContain('<option value="fr">French</option>');
  await app.close();
});

test('the form sets the language and takes it away', async () => {
  const { app, post, office } = await open();
  const fields = { displayName: 'Rossi', authName: '', voicemail: '', password: '' };
  await post('/extensions/edit?number=202', { ...fields, language: 'fr' });
  expect(office.findExtension('202')?.language).toBe('fr');
  await post('/extensions/edit?number=202', { ...fields, language: '' });
  expect(office.findExtension('202')?.language).toBe('');
  const wrong = await post('/extensions/edit?number=202', { ...fields, language: 'French' });
  expect(wrong.status).toBe(422);
  expect(findMarkupFaults(wrong.html)).toEqual([]);
  await app.close();
});

test('a password that one of its phones cannot be told is refused in its field', async () => {
  const { app, office, post } = await open();
  const mitel = device('00085d000001', { state: 'approved', vendorId: 'aastra', model: '6920', extensions: ['202'] });
  office.adopt({ devices: [mitel] });
  const before = office.findExtension('202')?.password.reveal();
  const fields = { displayName: 'Rossi', authName: '', voicemail: '', language: '', password: 'a"b' };
  const refused = await post('/extensions/edit?number=202', fields, { 'accept-language': 'de' });
  expect(refused.status).toBe(422);
  expect(findMarkupFaults(refused.html)).toEqual([]);
  expect(refused.html).toContain('Passwort von 202 lässt sich einem Telefon von Aastra/Mitel nicht mitteilen');
  expect(office.findExtension('202')?.password.reveal()).toBe(before);
  await app.close();
});

test('what somebody else decided meanwhile is told, and is no fault of ours', async () => {
  const { app, office, post, lines } = await open();
  const commit = async () => {
    throw new StoreError('changed-meanwhile', 'The device was changed meanwhile.');
  };
  Object.assign(office, { commit });
  const overtaken = await post(`/phones/${PHONE}/block`, {}, { 'accept-language': 'de', 'hx-request': 'true' });
  expect(overtaken.status).toBe(409);
  expect(overtaken.html).toContain('Inzwischen hat jemand anderes darüber entschieden');
  expect(lines.join('')).not.toContain('page.failed');
  await app.close();
});
