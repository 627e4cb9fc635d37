// The program as one file: a third of the time of a start went into finding, reading and compiling a thousand modules one by one.
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Stay packages of their own: native programs, and those that read files beside themselves. nat-upnp is written for scripts before ES5's
 * strict mode, with a variable named `interface`; node-ssdp is as old.
 */
const PACKAGES_OF_THEIR_OWN = [
  ...[/^libsql($|\/)/, /^@node-rs\//],
  ...['@fastify/swagger-ui', 'htmx.org', 'nat-upnp', 'node-ssdp'],
];

/**
 * Makes `<dist>/bundle/main.js` of `<dist>/main.js` and all it imports, and lets the latter lead there. The single modules stay: benchmarks,
 * scripts and tests use them. Paths that modules build from their own place fit there too: `bundle` is as deep as they are.
 * Where the bundler has no program for a platform, the single modules are what runs: slower to start, else the same.
 */
export async function bundleProgram(dist) {
  const folder = join(dist, 'bundle');
  rmSync(folder, { recursive: true, force: true });
  let rolldown;
  try {
    ({ rolldown } = await import('rolldown'));
  } catch (cause) {
    process.stderr.write(`not made into one file, and slower to start: ${cause.message}\n`);
    return;
  }
  const bundle = await rolldown({
    input: join(dist, 'main.js'),
    platform: 'node',
    external: PACKAGES_OF_THEIR_OWN,
    // A warning is a fault of the build, as an error is.
    onwarn: (warning) => {
      throw new Error(warning.message);
    },
  });
  try {
    await bundle.write({
      dir: folder,
      format: 'esm',
      chunkFileNames: '[name].js',
      // Readable lines and names, for who reads a stack. ASCII: V8 keeps such a text in one byte per character instead of two.
      charset: 'ascii',
      comments: { legal: true, annotation: false, jsdoc: false },
    });
  } finally {
    await bundle.close();
  }
  writeFileSync(join(dist, 'main.js'), "#!/usr/bin/env node\nimport './bundle/main.js';\n");
  rmSync(join(dist, 'main.js.map'), { force: true });
}
