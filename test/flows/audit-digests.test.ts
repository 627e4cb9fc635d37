import { expect, test } from 'vitest';
import { shortenDigest } from '../../src/core/shorten-digest.ts';
import { type ForeseeDigest, tellDigests } from '../../src/flows/audit-digests.ts';
import type { OfficeChange } from '../../src/flows/office.ts';
import { device, mac } from '../peers/office-doors.ts';

const PHONE = '001565aabbcc';

const entry = (subject: string, detail = {}) => ({ at: 1, actor: 'anna', action: 'x.done', subject, detail });

async function commit(change: OfficeChange, foresee: ForeseeDigest) {
  const stored: OfficeChange[] = [];
  await tellDigests({ commit: async (given) => void stored.push(given) }, foresee).commit(change);
  return stored[0]?.audit?.map(({ subject, detail }) => [subject, detail]);
}

test('an entry about a phone tells the digest of what it would get after this very change', async () => {
  const change = { devices: [device(PHONE, { extensions: ['102'] })], audit: [entry(PHONE), entry('site')] };
  const told = await commit(change, (asked, given) => `${asked}-${given.devices?.[0]?.extensions}`);
  expect(told).toEqual([
    [PHONE, { digest: `${PHONE}-102` }],
    ['site', {}],
  ]);
});

test('one that tells a digest already keeps it, and a phone without a file has none', async () => {
  expect(await commit({ audit: [entry(PHONE, { digest: 'own' })] }, () => 'other')).toEqual([
    [PHONE, { digest: 'own' }],
  ]);
  expect(await commit({ audit: [entry(PHONE)] }, () => undefined)).toEqual([[PHONE, {}]]);
});

test('a fault in making the file keeps nobody from deciding', async () => {
  const broken = () => {
    throw new Error('template');
  };
  expect(await commit({ audit: [entry(PHONE)] }, broken)).toEqual([[PHONE, {}]]);
});

test('an import of thousands does not wait for thousands of files', async () => {
  const asked: string[] = [];
  await commit({ audit: Array.from({ length: 26 }, () => entry(mac(PHONE))) }, (phone) => {
    asked.push(phone);
    return 'x';
  });
  expect(asked).toEqual([]);
});

test('a digest is as long as in journeys', () => {
  expect(shortenDigest('9f86d081884c7d659a2feaa0c55ad015')).toBe('9f86d081884c7d65');
});
