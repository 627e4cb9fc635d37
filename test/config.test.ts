import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { describeConfigProblems, readConfig } from '../src/config.ts';

test('nothing given is a whole configuration', () => {
  expect(readConfig({}, {})).toEqual({
    ok: true,
    value: {
      dataDir: resolve('data'),
      siteDir: resolve('provisioning'),
      webPort: 8080,
      phonePort: 8060,
      sipPort: 5060,
      lanAddresses: [],
      logLevel: 'info',
    },
  });
});

test('a flag wins over its environment variable', () => {
  const read = readConfig({ webPort: '9000' }, { PLUGTONE_WEB_PORT: '9001', PLUGTONE_PHONE_PORT: '9002' });
  expect(read).toMatchObject({ ok: true, value: { webPort: 9000, phonePort: 9002 } });
});

test('addresses come repeated, as a comma list, and once each', () => {
  const read = readConfig({ lanAddress: ['10.0.0.1, 10.0.1.1', '10.0.0.1'] }, {});
  expect(read).toMatchObject({ ok: true, value: { lanAddresses: ['10.0.0.1', '10.0.1.1'] } });
});

test('every problem is reported at once, with what was seen and what was wanted', () => {
  const read = readConfig(
    { webPort: '70000', lanAddress: ['fe80::1'] },
    { PLUGTONE_LOG_LEVEL: 'loud', PLUGTONE_DATABASE_URL: 'postgres://user:pw@db/x', PLUGTONE_SIP_PORT: '-1' },
  );
  if (read.ok) throw new Error('expected problems');
  expect(read.problem.map(({ name, saw }) => [name, saw])).toEqual([
    ['--web-port', '70000'],
    ['PLUGTONE_SIP_PORT', '-1'],
    ['--lan-address', 'fe80::1'],
    ['PLUGTONE_LOG_LEVEL', 'loud'],
    ['PLUGTONE_DATABASE_URL', '(set)'],
  ]);
  const text = describeConfigProblems(read.problem);
  expect(text.split('\n')).toHaveLength(5);
  expect(text).not.toContain('pw@db');
});

test('the password of the first administrator comes from the environment and never prints itself', () => {
  const read = readConfig({}, { PLUGTONE_ADMIN_PASSWORD: 'a few words' });
  expect(read.ok && read.value.adminPassword?.reveal()).toBe('a few words');
  expect(JSON.stringify(read)).not.toContain('a few words');
  expect(readConfig({}, { PLUGTONE_ADMIN_PASSWORD: '' })).toMatchObject({ ok: true });
});

test('log files are wanted where a folder is named, and nothing is wanted in it with the word none', () => {
  expect(readConfig({ logDir: 'log' }, { PLUGTONE_LOG_FILES: 'hourly' })).toMatchObject({
    value: { logFiles: { dir: resolve('log'), every: 'hourly', keepDays: 14, detail: 'sessions' } },
  });
  const none = readConfig({ logDetail: 'none' }, { PLUGTONE_LOG_DIR: '/var/log/plugtone' });
  expect(none.ok && none.value.logFiles).toBeUndefined();
  const wrong = readConfig(
    { logFiles: 'weekly', logKeepDays: '0' },
    { PLUGTONE_LOG_DETAIL: 'all', PLUGTONE_LOG_DIR: ' ' },
  );
  expect(!wrong.ok && wrong.problem.map(({ name, want }) => [name, want])).toEqual([
    ['--log-files', 'one of daily, hourly'],
    ['--log-keep-days', 'days, 1-3650'],
    ['PLUGTONE_LOG_DETAIL', 'one of none, errors, sessions'],
    ['PLUGTONE_LOG_DIR', 'a path'],
  ]);
});

test('TLS is off until a port is named; then all of it is read', () => {
  expect(readConfig({ tlsCert: 'c.pem', tlsKey: 'k.pem' }, {})).toEqual(readConfig({}, {}));
  const read = readConfig(
    { phoneTlsPort: '8061', phoneCa: ['a.pem', 'b.pem,c.pem'], phoneTlsLegacy: true },
    {
      PLUGTONE_WEB_TLS_PORT: '8443',
      PLUGTONE_TLS_CERT: 'c.pem',
      PLUGTONE_TLS_KEY: 'k.pem',
      PLUGTONE_WEB_TLS_ONLY: 'yes',
    },
  );
  expect(read.ok && read.value.tls).toEqual({
    phonePort: 8061,
    webPort: 8443,
    files: { certificate: resolve('c.pem'), key: resolve('k.pem') },
    phoneLegacy: true,
    phoneAuthorities: [resolve('a.pem'), resolve('b.pem'), resolve('c.pem')],
    webOnly: true,
  });
  expect(readConfig({ webTlsPort: '0' }, { PLUGTONE_PHONE_TLS_LEGACY: 'no' })).toMatchObject({
    ok: true,
    value: { tls: { webPort: 0, phoneLegacy: false, phoneAuthorities: [], webOnly: false } },
  });
});

test('what TLS lacks is said, part by part', () => {
  const names = (...given: Parameters<typeof readConfig>) => {
    const read = readConfig(...given);
    return read.ok ? [] : read.problem.map(({ name }) => name);
  };
  expect(names({ phoneTlsLegacy: true, webTlsOnly: true, phoneCa: ['a.pem'] }, {})).toEqual([
    '--phone-ca',
    '--phone-tls-legacy',
    '--web-tls-only',
  ]);
  expect(names({ webTlsPort: '8443', tlsCert: 'c.pem' }, {})).toEqual(['--tls-key']);
  expect(names({ webTlsPort: '8443' }, { PLUGTONE_TLS_KEY: 'k.pem' })).toEqual(['--tls-cert']);
  expect(names({ webTlsPort: 'https' }, { PLUGTONE_PHONE_TLS_LEGACY: 'maybe' })).toEqual([
    '--web-tls-port',
    'PLUGTONE_PHONE_TLS_LEGACY',
  ]);
});
