import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

/**
 * Each in a process of its own: they put something in the place of a package before it is loaded, or move so many bytes that the
 * memory of the files before them would slow them down.
 */
const ALONE = ['test/upnp/nat-upnp-actions.test.ts', 'test/store/backup/**/*.test.ts', 'test/store/crash.test.ts'];

export default defineConfig({
  test: {
    // Left alone, vitest keeps one core free: half of a machine with two. Many tests wait for sockets and timers.
    maxWorkers: availableParallelism() + 2,
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: ['test/lab/**', 'test/browser/**', ...ALONE],
          // Files one after another share what is loaded: half of the time went into loading it again for each.
          isolate: false,
          unstubEnvs: true,
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'unit-alone',
          include: ALONE,
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'browser',
          include: ['test/browser/**/*.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
          fileParallelism: false,
        },
      },
      {
        test: {
          name: 'lab',
          include: ['test/lab/**/*.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          // Two at a time: they mostly wait for routers and leases, each in namespaces of its own.
          maxWorkers: 2,
        },
      },
    ],
  },
});
