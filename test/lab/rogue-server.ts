/**
 * Another PnP server in a namespace, for lab tests: `rogue-server.js <address> <url>`. Prints a line of JSON for whatever it
 * hears: what asked, and how its NOTIFYs were answered. Ends with its standard input.
 */
import { firstHeader } from '../../src/sip/message.ts';
import { openFakePnpServer } from '../peers/fake-pnp-server.ts';

const LOOK_MS = 50;
const [address = '', url = ''] = process.argv.slice(2);

const tell = (line: object) => void process.stdout.write(`${JSON.stringify(line)}\n`);
const server = await openFakePnpServer({ address, url, port: 5060 });
tell({ kind: 'ready' });
let asked = 0;
let acknowledged = 0;
setInterval(() => {
  for (const request of server.asked.slice(asked))
    tell({ kind: 'asked', uri: request.uri, by: firstHeader(request, 'contact') });
  for (const status of server.acknowledged.slice(acknowledged)) tell({ kind: 'acknowledged', status });
  asked = server.asked.length;
  acknowledged = server.acknowledged.length;
}, LOOK_MS);
process.stdin.on('end', () => process.exit()).resume();
