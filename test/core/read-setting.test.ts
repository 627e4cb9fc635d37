import { expect, test } from 'vitest';
import { describeSettingProblem, readSetting, readSettingsPatch, SETTING_NAMES } from '../../src/core/read-setting.ts';
import { DEFAULT_SETTINGS } from '../../src/core/settings.ts';

test.each([
  ['sipServer', ' pbx.example ', 'pbx.example'],
  ['sipServer', '', ''],
  ['sipServer', '[2001:db8::1]', '[2001:db8::1]'],
  ['sipPort', '5070', 5070],
  ['sipPort', 0, 0],
  ['sipTransport', 'TLS', 'tls'],
  ['outboundProxy', 'proxy.example:5080', 'proxy.example:5080'],
  ['registrationExpirySeconds', '600', 600],
  ['voicemailNumber', '*97', '*97'],
  ['dtmfMethod', 'sip-info', 'sip-info'],
  ['codecs', 'pcma, G722', ['pcma', 'g722']],
  ['codecs', ['opus'], ['opus']],
  ['srtp', 'required', 'required'],
  ['timeZone', 'Europe/Berlin', 'Europe/Berlin'],
  ['timeZone', 'US/Pacific', 'US/Pacific'],
  ['timeFormat', '12H', '12h'],
  ['dateFormat', 'weekday dd mmm', 'weekday dd mmm'],
  ['language', 'DE', 'de'],
  ['toneCountry', 'de', 'DE'],
  ['resyncMinutes', '0', 0],
  ['pnpEnabled', 'off', false],
  ['pnpEnabled', 'Yes', true],
  ['pnpEnabled', false, false],
  ['vlanId', '4094', 4094],
  ['vlanPriority', '7', 7],
  ['dscpRtp', '63', 63],
  ['syslogLevel', 'debug', 'debug'],
] as const)('%s is read from %j as %j', (name, raw, value) => {
  expect(readSetting(name, raw)).toEqual({ ok: true, value: { name, patch: { [name]: value } } });
});

test.each([
  ['sipServer', 'pbx example', 'a host name or address'],
  ['sipServer', 'sip:pbx.example', 'a host name or address'],
  ['sipServer', 'pbx.example\nadmin=1', 'a host name or address'],
  ['sipServer', 5, 'a host name or address'],
  ['sipPort', '65536', '0-65535'],
  ['sipPort', '-1', '0-65535'],
  ['sipPort', '5060.5', '0-65535'],
  ['sipPort', '0x10', '0-65535'],
  ['sipPort', '', '0-65535'],
  ['sipPort', Number.NaN, '0-65535'],
  ['sipPort', true, '0-65535'],
  ['sipTransport', 'sctp', 'one of udp, tcp, tls'],
  ['outboundProxy', 'proxy.example:0', 'host or host:port'],
  ['outboundProxy', 'proxy.example:70000', 'host or host:port'],
  ['registrationExpirySeconds', '10', '60-86400'],
  ['voicemailNumber', 'a b', '32 characters'],
  ['codecs', 'pcma,mp3', 'a list of codecs'],
  ['codecs', 'pcma,PCMA', 'none twice'],
  ['codecs', '', 'a list of codecs'],
  ['codecs', [], 'a list of codecs'],
  ['codecs', { length: 1 }, 'a list of codecs'],
  ['timeZone', 'Berlin', 'an IANA time zone'],
  ['timeZone', '', 'an IANA time zone'],
  ['language', 'german', 'a language'],
  ['toneCountry', 'Germany', 'a country'],
  ['resyncMinutes', '1e3', '0-43200'],
  ['pnpEnabled', 'maybe', 'true or false'],
  ['pnpEnabled', 2, 'true or false'],
  ['vlanId', '4095', '0-4094'],
  ['vlanPriority', '8', '0-7'],
  ['dscpSip', '64', '0-63'],
  ['syslogLevel', null, 'one of error'],
] as const)('%s is not read from %j', (name, raw, want) => {
  const read = readSetting(name, raw);
  expect(read).toMatchObject({
    ok: false,
    problem: { kind: 'wrong-value', name, want: expect.stringContaining(want) },
  });
});

test('every default reads back as itself, so that what the API answers can be sent again', () => {
  expect(readSettingsPatch({ ...DEFAULT_SETTINGS })).toEqual({ ok: true, value: DEFAULT_SETTINGS });
});

test.each(['vlanID', 'constructor', '__proto__', ''])('%j is no setting; what is known is told', (name) => {
  const read = readSetting(name, '1');
  expect(read).toMatchObject({ ok: false, problem: { kind: 'no-such-setting', saw: name, known: SETTING_NAMES } });
});

test('a slip of the pen is told what was meant', () => {
  const read = readSetting('vlanid', '5');
  if (read.ok) throw new Error('read');
  expect(describeSettingProblem(read.problem)).toMatch(
    /^there is no setting "vlanid"; near it: vlanId.*; known: sipServer, /,
  );
});

test('all faults of a layer are told at once', () => {
  const read = readSettingsPatch({ vlanId: 5000, sipPort: '5060', nothing: 1, language: 'deutsch' });
  if (read.ok) throw new Error('read');
  expect(read.problem.map(describeSettingProblem)).toEqual([
    'vlanId: saw 5000, wanted a whole number 0-4094, 0 for untagged',
    expect.stringContaining('there is no setting "nothing"'),
    'language: saw "deutsch", wanted a language as en, de, fr (BCP 47 primary tag)',
  ]);
});
