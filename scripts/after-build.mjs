// Makes the command line executable, so that `npx plugtone` works from a checkout.
import { chmodSync } from 'node:fs';

chmodSync(new URL('../dist/main.js', import.meta.url), 0o755);
