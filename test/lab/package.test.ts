import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFailed, test, vi } from 'vitest';
import { bootDebian, collect, type DebianHost } from './debian-host.ts';
import { makeDebianRoot, packAgain, packNode, packPlugtone, whyNoDebian } from './debian-root.ts';
import { type Namespaces, openNamespaces } from './namespaces.ts';

const missing = whyNoDebian();

test('this machine can have a Debian of its own, or is not the one that must', (context) => {
  if (missing !== undefined && !process.env.CI) context.skip(missing);
  expect(missing).toBeUndefined();
});

const ADDRESS = '10.79.0.2';
const PHONE = { mac: '00:04:13:7c:00:01', address: '10.79.0.3', vendor: 'snom' } as const;
const VERSION = '0.1.0';
const NEXT_VERSION = '0.1.1';
const SETTINGS = '/etc/plugtone/plugtone.env';
const OVERRIDES = '/etc/plugtone/provisioning/overrides/snom/overrides.json';
const WAIT = { timeout: 20_000, interval: 100 };

/** Asks the API in there, with the token of the file; prints status and body. */
const ASK = `const [method, path, body] = process.argv.slice(2);
const token = require('node:fs').readFileSync('/root/token', 'utf8').trim();
const headers = { authorization: 'Bearer ' + token, ...(body && { 'content-type': 'application/json' }) };
fetch('http://127.0.0.1:8080/api/v1/' + path, { method, headers, ...(body && { body }) })
  .then(async (answer) => console.log(answer.status + ' ' + await answer.text()));
`;

/** Tests build on each other: one machine, from the installation to the purge. */
describe.skipIf(missing !== undefined)('the Debian package on a clean Debian with a real systemd', () => {
  let folder: string;
  let network: Namespaces<'office' | 'phone'>;
  let host: DebianHost;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'plugtone-package-'));
    const root = join(folder, 'root');
    const made = [packNode(folder), packPlugtone(folder, VERSION), makeDebianRoot(root)] as const;
    // Also where one fails: the folder is removed only when nobody writes there any more.
    await Promise.allSettled(made);
    const [node, plugtone] = await Promise.all(made);
    const next = await packAgain(plugtone, NEXT_VERSION, folder);
    for (const file of [node, plugtone, next]) renameSync(file, join(root, 'root', basename(file)));
    writeFileSync(join(root, 'root/ask.cjs'), ASK);

    network = openNamespaces(['office', 'phone']);
    network.ip('office', `link add eth0 type veth peer name eth0 netns ${network.namespace('phone')}`);
    network.ip('phone', `link set eth0 address ${PHONE.mac}`);
    network.ip('office', `addr add ${ADDRESS}/24 dev eth0`);
    network.ip('phone', `addr add ${PHONE.address}/24 dev eth0`);
    for (const name of ['office', 'phone'] as const) network.ip(name, 'link set eth0 up');
    host = await bootDebian(root, network.namespace('office'));
  }, 300_000);
  afterAll(async () => {
    await host?.end();
    network?.close();
    if (folder) rmSync(folder, { recursive: true, force: true });
  }, 60_000);

  const show = (property: string) => host.must(`systemctl show --value --property=${property} plugtone`);
  const journal = async () => (await host.sh('journalctl --unit=plugtone --output=cat --no-pager')).output;
  const install = (version: string) => host.sh(`dpkg --install /root/plugtone_${version}*.deb`);

  const ready = () => vi.waitFor(async () => expect(await show('ActiveState')).toBe('active'), WAIT);

  const ask = async (method: string, path: string, body?: unknown) => {
    const text = await host.must(`node /root/ask.cjs ${method} ${path} '${body ? JSON.stringify(body) : ''}'`);
    return { status: Number(text.slice(0, 3)), body: JSON.parse(text.slice(4) || 'null') };
  };

  /** Lines of the journal that belong to this test, once it has failed. */
  const tellOnFailure = () => onTestFailed(async () => console.error((await journal()).slice(-8_000)));

  /** A drop-in of the unit, or none. */
  async function dropIn(text: string | undefined): Promise<void> {
    const file = '/etc/systemd/system/plugtone.service.d/test.conf';
    if (text === undefined) await host.must(`rm -r ${dirname(file)}`);
    else {
      mkdirSync(dirname(join(host.root, file)), { recursive: true });
      writeFileSync(join(host.root, file), text);
    }
    await host.must('systemctl daemon-reload');
  }

  const setting = (line: string) => host.must(`echo '${line}' >> ${SETTINGS}`);
  const takeBack = () => host.must(`sed -i '$d' ${SETTINGS}`);

  /** The installed program as a phone on the LAN: boots, is told its address, fetches its file. */
  function bootPhone() {
    const main = join(host.root, 'usr/lib/plugtone/dist/main.js');
    const flags = ['--vendor', PHONE.vendor, '--first-mac', PHONE.mac, '--lan-address', PHONE.address, '--wait', '20'];
    const command = ['netns', 'exec', network.namespace('phone'), process.execPath, main, 'simulate', ...flags];
    return collect(spawn('ip', command, { stdio: ['ignore', 'pipe', 'pipe'] }));
  }

  test('installed, it is started and ready, as a user of its own that may do next to nothing', async () => {
    tellOnFailure();
    await host.must('dpkg --install /root/nodejs.deb');
    const { status, output } = await install(VERSION);
    expect(status, output).toBe(0);
    expect(output).not.toContain('did not start');
    // The package's own start has waited for readiness.
    expect(await show('ActiveState')).toBe('active');
    expect(await host.must('systemctl is-enabled plugtone')).toBe('enabled');
    expect(await show('StatusText')).toBe(
      `serving ${ADDRESS} (eth0); SIP multicast on port 5060; phones on 8060; people on 8080`,
    );
    expect(await host.must('systemctl --failed --no-legend')).toBe('');

    const pid = await show('MainPID');
    const self = await host.must(`cat /proc/${pid}/status`);
    const uid = await host.must('id --user plugtone');
    expect(self).toMatch(new RegExp(`^Uid:\\t${uid}\\t${uid}\\t${uid}\\t${uid}$`, 'm'));
    expect(self).toMatch(/^CapBnd:\t0+$/m);
    expect(self).toMatch(/^NoNewPrivs:\t1$/m);
    expect(self).toMatch(/^Seccomp:\t2$/m);
    expect(await host.must('find /var/lib/plugtone /var/log/plugtone ! -user plugtone')).toBe('');
    expect(await host.must('find /var/lib/plugtone -perm /077')).toBe('');
    expect(await host.must(`stat --format=%a ${SETTINGS}`)).toBe('640');
  });

  test('what the service can write it cannot run, and the rest it cannot write', async () => {
    const enter = `nsenter --target ${await show('MainPID')} --mount --`;
    for (const folder of ['/var/lib/plugtone', '/var/log/plugtone', '/etc/plugtone/provisioning', '/tmp', '/dev/shm']) {
      const tried = await host.sh(
        `${enter} sh -c 'cp /bin/true ${folder}/try && { ${folder}/try; code=$?; rm ${folder}/try; exit $code; }'`,
      );
      expect(tried.output, folder).toContain('Permission denied');
    }
    for (const folder of ['/usr/lib/plugtone', '/etc', '/var/lib']) {
      const tried = await host.sh(`${enter} touch ${folder}/try`);
      expect(tried.output, folder).toContain('Read-only file system');
    }
  });

  test('root approves a phone from a list that only root may read; the phone gets its file', async () => {
    tellOnFailure();
    await host.must(`umask 077; printf 'mac,extension,password\\n${PHONE.mac},101,Geheim101x\\n' > /root/phones.csv`);
    expect(await host.must('SUDO_USER=anna plugtone import /root/phones.csv')).toContain('1 new');
    expect(await host.must('plugtone audit list')).toContain('(plugtone, sudo by anna)');
    expect(await host.must('find /var/lib/plugtone ! -user plugtone')).toBe('');
    const { status, output } = await bootPhone();
    expect(status, output).toBe(0);
    expect(output).toContain('1 configured');
  });

  test('a user is made, and an override', async () => {
    await host.must('plugtone token create --name lab --role admin > /root/token');
    const user = { name: 'berta', password: 'eine lange Parole 1', role: 'admin' };
    expect((await ask('POST', 'users', user)).status).toBe(201);
    await host.must(
      `mkdir -p ${OVERRIDES.replace(/[^/]+$/, '')} && echo '{ "add": { "user_hold_inactive[1]": "off" } }' > ${OVERRIDES}`,
    );
  });

  test('stops in order within 5 s, with connections open', async () => {
    tellOnFailure();
    const idle = `for (const port of [8080, 8060]) require('net').connect(port, '${ADDRESS}').on('error', () => process.exit()).on('close', () => process.exit()).write('GET /');`;
    const holder: ChildProcess = spawn('ip', [
      'netns',
      'exec',
      network.namespace('phone'),
      process.execPath,
      '-e',
      idle,
    ]);
    try {
      await vi.waitFor(() => {
        const open = network.run('office', 'cat', '/proc/net/tcp').match(/:1F[79][0-9A-F] \S+ 01 /g);
        expect(open?.length).toBeGreaterThanOrEqual(2);
      }, WAIT);
      await host.must('systemctl stop plugtone');
    } finally {
      holder.kill('SIGKILL');
    }
    const [from, to] = [await show('ActiveExitTimestampMonotonic'), await show('InactiveEnterTimestampMonotonic')];
    expect(Number(to) - Number(from)).toBeLessThan(5_000_000);
    expect(await show('Result')).toBe('success');
    expect(await journal()).toContain('"event":"appliance.stopped"');
    expect(await journal()).not.toContain('appliance.stop-forced');
    await host.must('systemctl start plugtone');
  });

  test('a process that does not turn any more is ended and started again', async () => {
    tellOnFailure();
    await dropIn('[Service]\nWatchdogSec=3\nRestartSec=0\n');
    await host.must('systemctl restart plugtone');
    const before = await show('MainPID');
    await host.must(`kill -STOP ${before}`);
    await vi.waitFor(async () => expect(await journal()).toContain('Watchdog timeout'), WAIT);
    await vi.waitFor(async () => expect(await show('NRestarts')).toBe('1'), WAIT);
    await ready();
    expect(await show('MainPID')).not.toBe(before);
    // It goes on: a sign of life that is not given would end it again.
    await new Promise((resolve) => setTimeout(resolve, 4_000));
    expect(await show('NRestarts')).toBe('1');
    await dropIn(undefined);
    await host.must('systemctl restart plugtone');
  });

  test('a setting that cannot be read: failed, at once and for good, with the reason in the journal', async () => {
    await setting('PLUGTONE_WEB_PORT=eighty');
    expect((await host.sh('systemctl restart plugtone')).status).not.toBe(0);
    expect(await show('ActiveState')).toBe('failed');
    expect(await show('NRestarts')).toBe('0');
    expect(await journal()).toContain('PLUGTONE_WEB_PORT: saw "eighty", wanted a port');
    await takeBack();
  });

  test('a port below 1024 is refused with the reason, and had with the documented drop-in', async () => {
    tellOnFailure();
    await setting('PLUGTONE_WEB_PORT=80');
    expect((await host.sh('systemctl restart plugtone')).status).not.toBe(0);
    expect(await journal()).toContain('no right to use the port');
    await dropIn(readFileSync(join(host.root, 'usr/share/doc/plugtone/examples/low-ports.conf'), 'utf8'));
    await host.must('systemctl reset-failed plugtone; systemctl restart plugtone');
    expect(await show('StatusText')).toContain('people on 80');
    expect(await host.must(`grep CapEff /proc/$(systemctl show --value -p MainPID plugtone)/status`)).toMatch(
      /\t0+400$/,
    );
    await dropIn(undefined);
    await takeBack();
    await host.must('systemctl restart plugtone');
  });

  test('the key may be the host’s: encrypted, and no longer beside the database', async () => {
    tellOnFailure();
    await host.must('systemctl stop plugtone');
    await host.must('install -d -m 700 /etc/credstore.encrypted && systemd-creds setup');
    await host.must(
      'systemd-creds encrypt --name=secret.key /var/lib/plugtone/secret.key /etc/credstore.encrypted/plugtone.secret.key',
    );
    await host.must('mv /var/lib/plugtone/secret.key /root/');
    await host.must('systemctl start plugtone');
    expect(await host.must('plugtone export')).toContain('Geheim101x');
    expect(await host.must('ls /var/lib/plugtone')).not.toContain('secret.key');
    await host.must('systemctl stop plugtone; rm -r /etc/credstore.encrypted; mv /root/secret.key /var/lib/plugtone/');
    await host.must('systemctl start plugtone');
  });

  async function expectNothingLost(): Promise<void> {
    expect(await host.must('plugtone export')).toMatch(/00:04:13:7c:00:01,101,.*Geheim101x/);
    const users = await ask('GET', 'users');
    expect(users.body.items.map(({ name }: { readonly name: string }) => name)).toContain('berta');
    expect(await host.must(`cat ${OVERRIDES}`)).toContain('user_hold_inactive');
    const { status, output } = await bootPhone();
    expect(status, output).toBe(0);
  }

  test('upgraded, it runs as the new version, and nothing is lost: phone, user, token, settings, overrides', async () => {
    tellOnFailure();
    await setting('PLUGTONE_LOG_LEVEL=debug');
    const before = await show('MainPID');
    const { status, output } = await install(NEXT_VERSION);
    expect(status, output).toBe(0);
    expect(await show('ActiveState')).toBe('active');
    expect(await show('MainPID')).not.toBe(before);
    expect(await host.must('plugtone --version')).toBe(NEXT_VERSION);
    expect(await host.must(`tail -1 ${SETTINGS}`)).toBe('PLUGTONE_LOG_LEVEL=debug');
    await expectNothingLost();
  });

  test('whoever has disabled it finds it disabled after an upgrade', async () => {
    await host.must('systemctl disable --now plugtone');
    // What dpkg runs at the end of an upgrade, and all that could start it.
    const script = '/var/lib/dpkg/info/plugtone.postinst';
    await host.must(`DPKG_MAINTSCRIPT_PACKAGE=plugtone ${script} configure ${NEXT_VERSION}`);
    expect(await show('ActiveState')).toBe('inactive');
    expect(await show('UnitFileState')).toBe('disabled');
    await host.must('systemctl enable --now plugtone');
  });

  test('removed, nothing runs and the data stay; installed again, all is there', async () => {
    tellOnFailure();
    const { status, output } = await host.sh('dpkg --remove plugtone');
    expect(status, output).toBe(0);
    expect(output).toContain('stay in /var/lib/plugtone');
    expect(await host.must('find /proc -maxdepth 1 -user plugtone')).toBe('');
    expect((await host.sh('systemctl is-active plugtone')).output).toContain('inactive');
    expect(await host.must('systemctl --failed --no-legend')).toBe('');
    expect(await host.must('ls /var/lib/plugtone')).toContain('plugtone.db');
    expect((await host.sh('ls /usr/lib/plugtone')).output).toContain('No such file');

    expect((await install(NEXT_VERSION)).status).toBe(0);
    expect(await show('ActiveState')).toBe('active');
    expect(await host.must('systemctl is-enabled plugtone')).toBe('enabled');
    await expectNothingLost();
  });

  test('purged, it says so, and nothing of it is left but its user', async () => {
    const { status, output } = await host.sh('dpkg --purge plugtone');
    expect(status, output).toBe(0);
    expect(output).toContain('removing all phones, passwords, keys');
    expect(
      await host.must(`find / -xdev -name '*plugtone*' -not -path '/root/*' -not -path '/var/log/journal/*'`),
    ).toBe('');
    expect((await host.sh('systemctl list-unit-files --no-legend "plugtone*"')).output).toBe('');
    expect(await host.must('getent passwd plugtone')).toContain('/usr/sbin/nologin');
  });
});
