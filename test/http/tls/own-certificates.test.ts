import { once } from 'node:events';
import { connect, createServer } from 'node:tls';
import { expect, onTestFinished, test } from 'vitest';
import type { OwnCertificates } from '../../../src/core/certificate.ts';
import { buildTlsOptions } from '../../../src/http/tls/build-tls-options.ts';
import { chooseServerNames } from '../../../src/http/tls/choose-server-names.ts';
import { openOwnCertificates } from '../../../src/http/tls/own-certificates.ts';
import { createLogMemory } from '../log-memory.ts';

const DAY = 86_400_000;

/** Two keys of RSA are drawn meanwhile, on a busy machine. */
const PATIENCE = { timeout: 15_000 };

function openWorld() {
  const { log, lines } = createLogMemory();
  const world = {
    kept: undefined as OwnCertificates | undefined,
    served: ['192.168.10.2'] as readonly string[],
    now: Date.now(),
    isBroken: false,
    lines,
    notice: (): void => undefined,
    open(clock = () => world.now) {
      const stop = new AbortController();
      onTestFinished(() => stop.abort());
      return openOwnCertificates({
        store: {
          read: async () => {
            if (world.isBroken) throw new Error('sealed-value-damaged');
            return world.kept;
          },
          write: async (certificates) => {
            if (world.isBroken) throw new Error('disk full');
            world.kept = certificates;
          },
        },
        name: 'Plugtone CA, box',
        names: () => chooseServerNames(world.served, 'box'),
        onNames: (listener) => {
          world.notice = listener;
        },
        signal: stop.signal,
        log,
        clock,
      });
    },
  };
  return world;
}

test('a certificate of the own authority is good for whoever has installed it', async () => {
  const world = openWorld();
  const source = await world.open();
  const server = createServer(buildTlsOptions(source.current()), (socket) => socket.end('hello'));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const address = server.address();
  const port = typeof address === 'object' ? (address?.port ?? 0) : 0;
  const ca = source.authority()?.pem ?? '';
  const trusting = connect({ port, host: '127.0.0.1', ca });
  expect(String(await once(trusting, 'data'))).toBe('hello');
  expect(trusting.authorized).toBe(true);
  const byName = connect({ port, host: '127.0.0.1', servername: 'box.local', ca });
  expect(String(await once(byName, 'data'))).toBe('hello');
  const distrusting = connect({ port, host: '127.0.0.1' });
  const [error] = await once(distrusting, 'error');
  expect(error.code).toMatch(/SELF_SIGNED|UNABLE_TO/);
});

test('it is made once, and is the same after a restart', async () => {
  const world = openWorld();
  const before = await world.open();
  const after = await world.open();
  expect(after.facts().fingerprint).toBe(before.facts().fingerprint);
  expect(after.authority()?.pem).toBe(before.authority()?.pem);
  expect(world.lines.filter((line) => line.includes('tls.authority-made'))).toHaveLength(1);
  expect(before.facts().names).toEqual(['192.168.10.2', '127.0.0.1', 'box', 'box.local', 'localhost']);
});

test('a new address has a new certificate of the same authority, and the old address stays in it', async () => {
  const world = openWorld();
  const source = await world.open();
  const authority = source.authority()?.pem;
  let changes = 0;
  source.onChange(() => {
    changes += 1;
  });
  world.served = ['10.0.0.5'];
  world.notice();
  await expect.poll(() => changes, PATIENCE).toBe(1);
  expect(source.facts()).toMatchObject({ subject: '10.0.0.5' });
  expect(source.facts().names).toContain('192.168.10.2');
  expect(source.authority()?.pem).toBe(authority);
  world.served = ['192.168.10.2'];
  world.notice();
  await new Promise((resolve) => setImmediate(resolve));
  expect(changes).toBe(1);
});

test('it is renewed before it ends, by the same authority while that lasts', async () => {
  const world = openWorld();
  const source = await world.open();
  const first = { server: source.facts().fingerprint, authority: source.authority()?.pem };
  world.now += 380 * DAY;
  world.notice();
  await expect.poll(() => source.facts().fingerprint, PATIENCE).not.toBe(first.server);
  expect(source.authority()?.pem).toBe(first.authority);
  world.now += 3_300 * DAY;
  world.notice();
  await expect.poll(() => source.authority()?.pem, PATIENCE).not.toBe(first.authority);
});

test('a disk that does not take it leaves the old one in use, and says so', async () => {
  const world = openWorld();
  const source = await world.open();
  const { fingerprint } = source.facts();
  world.isBroken = true;
  world.served = ['10.0.0.5'];
  world.notice();
  await expect.poll(source.problem, PATIENCE).toBe('disk full');
  expect(source.facts().fingerprint).toBe(fingerprint);
  world.isBroken = false;
  world.notice();
  await expect.poll(source.problem, PATIENCE).toBeNull();
  expect(source.facts().fingerprint).not.toBe(fingerprint);
});

test('what cannot be read any more is made anew, and that is an error of the log', async () => {
  const world = openWorld();
  const before = await world.open();
  world.kept = world.kept && { ...world.kept, server: { ...world.kept.server, certificate: 'damaged' } };
  const after = await world.open();
  expect(after.authority()?.pem).not.toBe(before.authority()?.pem);
  expect(world.lines.join()).toContain('tls.authority-lost');
});
