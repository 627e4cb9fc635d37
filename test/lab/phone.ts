/**
 * A phone for lab tests: `phone.js <address> <word> <times>` says the word to the group, again every 200 ms, until an
 * answer comes or it was said so often. Prints who answered, one JSON line, null for nobody.
 */
import { createSocket } from 'node:dgram';

const PAUSE_MS = 200;
const [address = '', word = '', times = '1'] = process.argv.slice(2);

const socket = createSocket('udp4');
let said = 0;
socket.on('message', (data, from) => finish({ text: data.toString(), address: from.address }));
socket.bind(0, address, () => {
  socket.setMulticastInterface(address);
  say();
});

function say(): void {
  if (said++ >= Number(times)) return finish(null);
  // A LAN whose cable is out has no route: as good as unheard.
  socket.send(word, 5060, '224.0.1.75', () => setTimeout(say, PAUSE_MS));
}

function finish(answer: { readonly text: string; readonly address: string } | null): void {
  process.stdout.write(`${JSON.stringify(answer)}\n`, () => process.exit());
}
