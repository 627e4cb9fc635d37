import { connect } from 'node:net';

/** Sends the bytes as they are and returns all that came back until the server closed, or until `until` was seen. */
export function exchange(
  port: number,
  request: string | Buffer,
  until?: (received: string) => boolean,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    let received = '';
    const done = () => {
      clearTimeout(patience);
      socket.destroy();
      resolve(received);
    };
    // A server that neither answers nor closes fails the test with what it said so far.
    const patience = setTimeout(() => {
      socket.destroy();
      reject(new Error(`no end after 8 s; received so far: ${JSON.stringify(received)}`));
    }, 8_000);
    socket.on('connect', () => socket.write(request));
    socket.on('data', (chunk) => {
      received += chunk.toString('latin1');
      if (until?.(received)) done();
    });
    socket.on('close', done);
    socket.on('error', () => undefined);
  });
}

/** Status line, headers by lower-case name and body of one response. */
export function readResponse(text: string): { status: number; headers: Map<string, string>; body: string } {
  const end = text.indexOf('\r\n\r\n');
  const [statusLine = '', ...lines] = text.slice(0, end).split('\r\n');
  const headers = new Map(
    lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]),
  );
  return { status: Number(statusLine.split(' ')[1]), headers, body: text.slice(end + 4) };
}
