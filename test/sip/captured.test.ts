import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Sighting } from '../../src/core/sighting.ts';
import { readSighting } from '../../src/sip/read-sighting.ts';
import { bytesOf, CAPTURED, messagesIn, requestIn } from './wire.ts';

interface Expected {
  readonly source: { readonly address: string; readonly port: number };
  readonly mac: string | undefined;
  readonly words: Sighting['words'];
  readonly contactUri: string;
}

const EXPECTED: Readonly<Record<string, Expected>> = {
  'audiocodes-440hd-2.2.2': {
    source: { address: '10.13.2.37', port: 5060 },
    mac: undefined,
    words: { userAgent: 'AUDC-IPPhone/2.2.2', vendor: '', model: '440HD', firmware: '2.2.2' },
    contactUri: 'sip:00000001@10.13.2.37:5060',
  },
  'grandstream-grp2612w-1.0.5.67': {
    source: { address: '192.168.1.2', port: 5080 },
    mac: 'c074ad112233',
    words: {
      userAgent: 'Grandstream GRP2612W 1.0.5.67',
      vendor: 'Grandstream',
      model: 'GRP2612W',
      firmware: '1.0.5.67',
    },
    contactUri: 'sip:192.168.1.2:5080',
  },
  'snom-d120-10.1.39.11': {
    source: { address: '192.0.2.21', port: 5060 },
    mac: '000413aabbcc',
    words: { userAgent: 'snomD120/10.1.39.11', vendor: 'snom', model: 'snomD120', firmware: '10.1.39.11' },
    contactUri: 'sip:192.0.2.21:5060',
  },
  'snom-oem-7.1.19': {
    source: { address: '192.168.10.67', port: 5060 },
    mac: '00135e874b49',
    words: { userAgent: '', vendor: 'OEM', model: 'OEM', firmware: '7.1.19' },
    contactUri: 'sip:192.168.10.67:5060',
  },
  'yealink-t21p-34.72.14.6': {
    source: { address: '192.0.2.22', port: 5062 },
    mac: '001565aabbcc',
    words: { userAgent: 'Yealink SIP-T21P 34.72.14.6', vendor: 'Yealink', model: 'T21D', firmware: '34.72.14.6' },
    contactUri: 'sip:MAC001565aabbcc@192.0.2.22:5062',
  },
  'yealink-w52p-25.81.0.10': {
    source: { address: '10.1.3.239', port: 5059 },
    mac: '001565f4f9e1',
    words: { userAgent: 'Yealink W52P 25.81.0.10', vendor: 'yealink', model: 'W52P', firmware: '25.81.0.10' },
    contactUri: 'sip:MAC001565f4f9e1@10.1.3.239:5059',
  },
};

test('every capture has an expectation, and every expectation a capture', () => {
  expect(Object.keys(EXPECTED).sort()).toEqual(messagesIn(CAPTURED));
});

test('every message in the folder has a row in SOURCES.md, and every row a message', () => {
  const rows = [...readFileSync(join(CAPTURED, 'SOURCES.md'), 'utf8').matchAll(/^\| (\S+\.sip) \| .{5,} \|$/gm)];
  const files = readdirSync(CAPTURED, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.sip'));
  expect(rows.map((row) => row[1]).sort()).toEqual(files.sort());
});

test.each(Object.entries(EXPECTED))('%s is seen as what it is', (name, expected) => {
  const sighting = readSighting(requestIn(bytesOf(CAPTURED, name)), expected.source);
  if (!sighting.ok) throw new Error(sighting.problem);
  expect(sighting.value.mac).toBe(expected.mac);
  expect(sighting.value.words).toEqual(expected.words);
  expect(sighting.value.dialog).toMatchObject({
    sourceAddress: expected.source.address,
    sourcePort: expected.source.port,
    contactUri: expected.contactUri,
  });
});

test('the dialog keeps Call-ID, From and To as they were written', () => {
  const sighting = readSighting(requestIn(bytesOf(CAPTURED, 'grandstream-grp2612w-1.0.5.67')), {
    address: '192.168.1.2',
    port: 5080,
  });
  expect(sighting).toMatchObject({
    value: {
      dialog: {
        callId: '490431573-5080-1@BJC.BGI.IG.DA',
        from: '<sip:MAC%3AC074AD112233@224.0.1.75>;tag=395400190',
        to: '<sip:MAC%3AC074AD112233@224.0.1.75>',
      },
    },
  });
});
