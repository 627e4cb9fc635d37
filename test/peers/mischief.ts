import type { Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import type { Mischief } from './fake-gateway.ts';

/** What no router should send, byte by byte. Senders wait while the peer does not read, so that what they sent is what was taken. */

const OK = 'HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nConnection: close\r\n';

/** Milliseconds between the bytes of a slow sender. */
const DRIP_MS = 50;

/** Bytes of one piece of an endless sender. */
const PIECE = 16_384;

function onSocket(act: (socket: Socket) => void): Mischief {
  return ({ socket }) => {
    if (socket !== null) act(socket);
  };
}

/** These bytes, then the end of the connection. */
export function sendRaw(data: string | Buffer): Mischief {
  return onSocket((socket) => socket.end(data));
}

/** A whole answer with a body of that many bytes between a begin and an end; only what is taken is made. */
export function sendLong(begin: string, bytes: number, end: string): Mischief {
  const piece = Buffer.alloc(PIECE, 'x');
  return onSocket((socket) => {
    let left = bytes;
    const next = () => {
      if (socket.destroyed) return;
      const part = piece.subarray(0, left);
      left -= part.length;
      if (left === 0) socket.end(Buffer.concat([part, Buffer.from(end)]));
      else if (socket.write(part)) setImmediate(next);
      else socket.once('drain', next);
    };
    socket.on('error', () => {});
    // No length is announced, so that somebody has to count.
    socket.write(`${OK}\r\n${begin}`, next);
  });
}

/** A whole answer with this body. */
export function sendBody(body: string | Buffer, { status = 200, headers = '' } = {}): Mischief {
  const data = Buffer.from(body);
  const head = `HTTP/1.1 ${status} Whatever\r\nContent-Type: text/xml\r\nConnection: close\r\n${headers}`;
  return sendRaw(Buffer.concat([Buffer.from(`${head}Content-Length: ${data.length}\r\n\r\n`), data]));
}

/** Says the whole length, sends a part, and ends. */
export function cutOff(body: string, bytes: number): Mischief {
  return sendRaw(`${OK}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body.slice(0, bytes)}`);
}

export function redirectTo(location: string, status = 302): Mischief {
  return sendBody('<a>moved</a>', { status, headers: `Location: ${location}\r\n` });
}

/** Takes the request and says nothing more. */
export const stayDumb: Mischief = () => {};

/** A part of the body, then nothing. */
export const stopMidway: Mischief = onSocket((socket) => socket.write(`${OK}Content-Length: 1000\r\n\r\n<root>`));

/** Ends the connection without a byte, as a reset. */
export const hangUp: Mischief = onSocket((socket) => socket.resetAndDestroy());

/** Headers, one after another, for ever. */
export const dripHead: Mischief = drip(OK, 'X: y\r\n');

/** A body of blanks, one after another, for ever. */
export const dripBody: Mischief = drip(`${OK}\r\n`, ' ');

/** Interim answers for ever (RFC 9110 15.2). */
export const endlessInterim: Mischief = pour('', 'HTTP/1.1 100 Continue\r\n\r\n'.repeat(600));

export const endlessBody: Mischief = pour(`${OK}\r\n<root>`, '<a>aaaaaaaaaaaaaaaa</a>\n'.repeat(700));

export const endlessHead: Mischief = pour(OK, `X-${'a'.repeat(50)}: ${'b'.repeat(50)}\r\n`.repeat(150));

/** The extensions of one chunk (RFC 9112 7.1.1), for ever. */
export const endlessChunkExtension: Mischief = pour(
  `${OK}Transfer-Encoding: chunked\r\n\r\n1;`,
  'a=b;'.repeat(PIECE / 4),
);

/** The trailer section of a chunked body, for ever. */
export const endlessTrailers: Mischief = pour(
  `${OK}Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n`,
  'X: yyyyyyyyyy\r\n'.repeat(1_000),
);

/** Chunks of one byte, for ever. */
export const endlessChunks: Mischief = pour(`${OK}Transfer-Encoding: chunked\r\n\r\n`, '1\r\na\r\n'.repeat(2_500));

/** Small on the wire, large when unpacked. */
export function gzipBomb(bytes: number): Mischief {
  return sendBody(gzipSync(Buffer.alloc(bytes, 0x20), { level: 9 }), { headers: 'Content-Encoding: gzip\r\n' });
}

function drip(head: string, piece: string): Mischief {
  return onSocket((socket) => {
    socket.write(head);
    const timer = setInterval(() => socket.write(piece), DRIP_MS);
    socket.on('error', () => {});
    socket.on('close', () => clearInterval(timer));
  });
}

function pour(head: string, piece: string): Mischief {
  return onSocket((socket) => {
    const data = Buffer.from(piece);
    const next = () => {
      if (socket.destroyed) return;
      if (socket.write(data)) setImmediate(next);
      else socket.once('drain', next);
    };
    socket.on('error', () => {});
    socket.write(head, next);
  });
}
