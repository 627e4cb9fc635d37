import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { ConfigReply } from '../flows/serve-config.ts';

/** One answer for "there is none" and "not for you": from outside they are the same. */
export const NOT_FOUND = { status: 404, text: 'not found\n' } as const;
export const UNAUTHORIZED = { status: 401, text: 'unauthorized\n' } as const;
export const NOT_ALLOWED = { status: 405, text: 'method not allowed\n' } as const;
export const TOO_LONG = { status: 414, text: 'URI too long\n' } as const;
export const BROKEN = { status: 500, text: 'internal server error\n' } as const;

interface ShortAnswer {
  readonly status: number;
  readonly text: string;
}

/**
 * A file holds secrets: no cache that others share may keep it. A copy of the phone's own is used only after we said that
 * it is still good (If-None-Match, 304); `no-store` would forbid the very copy that our ETag is about.
 */
const CACHE_CONTROL = 'private, no-cache';

export function answer(response: ServerResponse, reply: Exclude<ConfigReply, { kind: 'site-file' }>): void {
  switch (reply.kind) {
    case 'not-found':
      answerShort(response, NOT_FOUND);
      break;
    case 'challenge':
      answerShort(response, UNAUTHORIZED, ['WWW-Authenticate', reply.header]);
      break;
    case 'broken':
      answerShort(response, BROKEN);
      break;
    case 'file':
      answerFile(response, reply);
      break;
    default:
      reply satisfies never;
  }
}

function answerFile(response: ServerResponse, file: ConfigReply & { kind: 'file' }): void {
  const { bytes, contentType, etag, isKnown } = file;
  if (isKnown) {
    response.writeHead(304, ['ETag', etag, 'Cache-Control', CACHE_CONTROL]).end();
    return;
  }
  response.writeHead(200, fileHeaders(contentType, bytes.length, etag, CACHE_CONTROL));
  response.end(bytes);
}

/** Accept-Ranges (RFC 9110 14.3): a Range is ignored, the whole file comes. */
export function fileHeaders(contentType: string, length: number, etag: string, cacheControl: string): string[] {
  const size = ['Content-Type', contentType, 'Content-Length', String(length)];
  return [...size, 'ETag', etag, 'Cache-Control', cacheControl, 'Accept-Ranges', 'none'];
}

export function answerShort(
  response: ServerResponse,
  { status, text }: ShortAnswer,
  more: readonly string[] = [],
): void {
  const headers = ['Content-Type', 'text/plain; charset=utf-8', 'Content-Length', String(text.length), ...more];
  response.writeHead(status, headers).end(text);
}

/** For requests that may have a body: it is not read. */
export function answerAndClose(response: ServerResponse, answer: ShortAnswer, more: readonly string[] = []): void {
  answerShort(response, answer, ['Connection', 'close', ...more]);
}

/** What is not HTTP, too large or too slow: one line back, and no stack trace. */
export function answerMalformed(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const status =
    error.code === 'HPE_HEADER_OVERFLOW'
      ? '431 Request Header Fields Too Large'
      : error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
        ? '408 Request Timeout'
        : '400 Bad Request';
  socket.end(`HTTP/1.1 ${status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`, () => socket.destroy());
}
