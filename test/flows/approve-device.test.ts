import { expect, test } from 'vitest';
import { Secret } from '../../src/core/secret.ts';
import { approveDevice, describeApproveProblem } from '../../src/flows/approve-device.ts';
import { device, extension, mac, openDoors } from '../peers/office-doors.ts';

const PHONE = '001565aabbcc';
const OTHER = '001565aabbdd';

function request(more: object = {}) {
  return { mac: mac(PHONE), extensions: ['101'], actor: 'tester', ...more };
}

test('an approval is stored with its extension and its audit entry, in one commit', async () => {
  const { office, commits, journey } = openDoors({ devices: [device(PHONE)] });
  const result = await approveDevice(office, request(), 5);
  if (!result.ok) throw new Error(result.problem.kind);
  expect(commits).toHaveLength(1);
  expect(commits[0]?.extensions?.map(({ number }) => number)).toEqual(['101']);
  expect(commits[0]?.audit).toMatchObject([{ actor: 'tester', action: 'device.approved', subject: PHONE }]);
  expect(result.value.device).toMatchObject({ state: 'approved', extensions: ['101'], revision: 1 });
  expect(result.value.device.token).toMatch(/^[0-9a-f]{32}$/);
  expect(journey.map(({ step }) => step)).toEqual(['approved']);
  expect(JSON.stringify([commits[0]?.audit, journey])).not.toContain(result.value.device.token);
});

test('approving again draws a new token', async () => {
  const { office } = openDoors({ devices: [device(PHONE)] });
  const first = await approveDevice(office, request(), 5);
  const second = await approveDevice(office, request({ extensions: ['102'] }), 6);
  if (!first.ok || !second.ok) throw new Error('not approved');
  expect(second.value.device.token).not.toBe(first.value.device.token);
  expect(office.holdersOf('101')).toEqual([]);
});

test('two approvals at the same time do not give one extension twice', async () => {
  const { office, settings } = openDoors({ devices: [device(PHONE), device(OTHER)], extensions: [extension('101')] });
  settings.commitMs = 10;
  const results = await Promise.all([
    approveDevice(office, request(), 5),
    approveDevice(office, request({ mac: mac(OTHER) }), 5),
  ]);
  expect(results.map(({ ok }) => ok)).toEqual([true, false]);
  expect(office.holdersOf('101')).toHaveLength(1);
});

test('two phones may share an extension when it is asked for', async () => {
  const { office } = openDoors({ devices: [device(PHONE), device(OTHER)] });
  await approveDevice(office, request(), 5);
  const shared = await approveDevice(office, request({ mac: mac(OTHER), share: true }), 6);
  expect(shared.ok).toBe(true);
  expect(office.holdersOf('101')).toHaveLength(2);
});

test('random console passwords are drawn per phone and differ', async () => {
  const { office } = openDoors({ devices: [device(PHONE)], site: { consolePasswordPolicy: 'random' } });
  const result = await approveDevice(office, request(), 5);
  if (!result.ok) throw new Error(result.problem.kind);
  const { admin, user } = result.value.device.consolePasswords ?? {};
  expect(admin?.reveal()).toMatch(/^\w{16}$/);
  expect(admin?.reveal()).not.toBe(user?.reveal());
});

test.each([
  ['an unknown maker', { mac: mac('00304fa99948') }, 'no-such-device'],
  ['a vendor that we do not have', { vendorId: 'acme' }, 'no-such-vendor'],
  ['an extension with a blank', { extensions: ['1 01'] }, 'bad-extension'],
  ['no extension', { extensions: [] }, 'bad-extension'],
  ['more extensions than lines', { model: 'CP860', extensions: ['1', '2'] }, 'too-many-extensions'],
])('refuses %s, with a sentence', async (_case, more, kind) => {
  const { office, commits } = openDoors({ devices: [device(PHONE)] });
  const result = await approveDevice(office, request(more), 5);
  if (result.ok) throw new Error('was approved');
  expect(result.problem.kind).toBe(kind);
  expect(describeApproveProblem(result.problem)).toMatch(/\w.+\.$/);
  expect(commits).toEqual([]);
});

test('a phone of a known maker may be approved before it was ever seen', async () => {
  const { office } = openDoors();
  const result = await approveDevice(office, request(), 5);
  expect(result.ok && result.value.device).toMatchObject({ state: 'approved', lastSeenAt: null });
});

test('an extension that the phone cannot be told is refused at the approval, not when it asks for its file', async () => {
  const { office } = openDoors({
    devices: [device('00085d000001', { vendorId: 'aastra' }), device('001565000001', { vendorId: 'yealink' })],
    extensions: [extension('101', { password: new Secret('a"b') })],
  });
  const request = { extensions: ['101'], actor: 'tester' };
  const refused = await approveDevice(office, { ...request, mac: mac('00085d000001') }, 1);
  expect(refused).toMatchObject({ ok: false, problem: { kind: 'account-not-writable', field: 'password' } });
  if (!refused.ok) expect(describeApproveProblem(refused.problem)).not.toContain('a"b');
  expect(office.findDevice(mac('00085d000001'))?.state).toBe('pending');
  expect(await approveDevice(office, { ...request, mac: mac('001565000001') }, 1)).toMatchObject({ ok: true });
});
