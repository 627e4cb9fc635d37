import { expect, test } from 'vitest';
import type { SubscribeDialog } from '../../src/core/sighting.ts';
import { buildNotify, dialogTag, type NotifyOptions, newBranch } from '../../src/sip/build-notify.ts';
import { firstHeader } from '../../src/sip/message.ts';
import { readSighting } from '../../src/sip/read-sighting.ts';
import { bytesOf, CAPTURED, GOLDEN, requestIn, subscribe } from './wire.ts';

function dialogOf(data: Buffer, address: string, port: number): SubscribeDialog {
  const sighting = readSighting(requestIn(data), { address, port });
  if (!sighting.ok) throw new Error(sighting.problem);
  return sighting.value.dialog;
}

const OPTIONS: NotifyOptions = {
  dialog: dialogOf(subscribe(), '192.0.2.7', 5060),
  toTag: '0123456789abcdef',
  branch: 'z9hG4bKgolden',
  localAddress: '192.0.2.1',
  localPort: 5061,
  cseq: 1,
  event: 'ua-profile',
};

test.each([
  ['yealink-w52p', 'yealink-w52p-25.81.0.10', '10.1.3.239', 5059, '10.1.3.1', ''],
  ['snom-d120', 'snom-d120-10.1.39.11', '192.0.2.21', 5060, '192.0.2.1', '000413AABBCC.xml?a=b'],
  ['grandstream-grp2612w', 'grandstream-grp2612w-1.0.5.67', '192.168.1.2', 5080, '192.168.1.1', ''],
])('the NOTIFY to %s, byte for byte', (golden, capture, address, port, localAddress, file) => {
  const notify = buildNotify({
    ...OPTIONS,
    dialog: dialogOf(bytesOf(CAPTURED, capture), address, port),
    localAddress,
    body: { contentType: 'application/url', text: `http://${localAddress}:8060/p/Zm9vYmFyYmF/${file}` },
  });
  expect(notify.toString('latin1')).toBe(bytesOf(GOLDEN, `${golden}.notify`).toString('latin1'));
});

test('without a body there is no Content-Type, and the length is 0', () => {
  const request = requestIn(buildNotify({ ...OPTIONS, event: 'check-sync;reboot=false', cseq: 7 }));
  expect(firstHeader(request, 'content-type')).toBeUndefined();
  expect(firstHeader(request, 'content-length')).toBe('0');
  expect(firstHeader(request, 'event')).toBe('check-sync;reboot=false');
  expect(firstHeader(request, 'cseq')).toBe('7 NOTIFY');
  expect(request.body).toHaveLength(0);
});

test('Content-Length counts bytes, not characters', () => {
  const request = requestIn(buildNotify({ ...OPTIONS, body: { contentType: 'text/plain', text: 'Größe' } }));
  expect(firstHeader(request, 'content-length')).toBe('7');
  expect(request.body.toString('utf8')).toBe('Größe');
});

test('an answer to a challenge goes along', () => {
  const request = requestIn(
    buildNotify({ ...OPTIONS, authorization: { name: 'Authorization', value: 'Digest a="b"' } }),
  );
  expect(firstHeader(request, 'authorization')).toBe('Digest a="b"');
});

test('a phone without From tag is written to without one', () => {
  const dialog = dialogOf(subscribe({ From: 'sip:x@y' }), '192.0.2.7', 5060);
  expect(firstHeader(requestIn(buildNotify({ ...OPTIONS, dialog })), 'to')).toBe('sip:x@y');
});

test('a line break from our own side is a bug, not a header', () => {
  expect(() => buildNotify({ ...OPTIONS, event: 'ua-profile\r\nEvil: 1' })).toThrow('line break');
});

test('the tag follows from Call-ID and From alone, on every day and every host', () => {
  const { dialog } = OPTIONS;
  expect(dialogTag({ callId: 'a@b', from: '<sip:c@d>;tag=e' })).toBe('5da9f0492ae3f6ed');
  expect(dialogTag({ ...dialog, sourcePort: 1, to: 'other' } as SubscribeDialog)).toBe(dialogTag(dialog));
  expect(dialogTag({ ...dialog, callId: 'other' })).not.toBe(dialogTag(dialog));
  expect(dialogTag({ ...dialog, from: 'other' })).not.toBe(dialogTag(dialog));
  // The two are kept apart.
  expect(dialogTag({ callId: 'ab', from: 'c' })).not.toBe(dialogTag({ callId: 'a', from: 'bc' }));
});

test('every branch is new and carries the magic cookie', () => {
  const branches = Array.from({ length: 1_000 }, newBranch);
  expect(new Set(branches).size).toBe(1_000);
  for (const branch of branches) expect(branch).toMatch(/^z9hG4bK[0-9a-f-]{36}$/);
});
