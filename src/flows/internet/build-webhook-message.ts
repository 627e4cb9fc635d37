import { createHash, createHmac } from 'node:crypto';
import type { AddressSource } from '../../core/internet.ts';
import type { Secret } from '../../core/secret.ts';

/** The external address that the webhook is told. Milliseconds since 1970. */
export interface AddressNews {
  readonly address: string;
  /** Null: it is the first one. */
  readonly previous: string | null;
  readonly since: number;
  readonly source: AddressSource;
  readonly siteName: string;
}

export interface WebhookMessage {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export const WEBHOOK_EVENT = 'external-address.changed';

/** Standard Webhooks: a secret with this prefix is base64; without it, its characters are the key. */
const ENCODED_SECRET = 'whsec_';

/**
 * What is sent. The id stays the same when it is tried again, so that a receiver knows what it has already; timestamp
 * (seconds since 1970) and signature are those of the try.
 */
export function buildWebhookMessage(news: AddressNews, secret: Secret, now: number): WebhookMessage {
  const id = idOf(news);
  const body = JSON.stringify({
    id,
    event: WEBHOOK_EVENT,
    site: news.siteName,
    address: news.address,
    previous: news.previous,
    since: new Date(news.since).toISOString(),
    source: news.source,
  });
  const timestamp = String(Math.floor(now / 1_000));
  return {
    headers: {
      'content-type': 'application/json',
      'user-agent': 'Plugtone',
      'webhook-id': id,
      'webhook-timestamp': timestamp,
      'webhook-signature': signWebhook(id, timestamp, body, secret),
    },
    body,
  };
}

/** As Standard Webhooks (standardwebhooks.com) has it: `v1,` and the base64 of HMAC-SHA256 over `<id>.<timestamp>.<body>`. */
export function signWebhook(id: string, timestamp: string, body: string, secret: Secret): string {
  return `v1,${createHmac('sha256', keyOf(secret)).update(`${id}.${timestamp}.${body}`).digest('base64')}`;
}

/** The same for the same change, also after a restart; no other appliance's. */
function idOf({ address, previous, since, siteName }: AddressNews): string {
  const digest = createHash('sha256').update(JSON.stringify([siteName, since, previous, address]));
  return `msg_${digest.digest('hex').slice(0, 32)}`;
}

function keyOf(secret: Secret): Buffer {
  const text = secret.reveal();
  const encoded = text.startsWith(ENCODED_SECRET) ? text.slice(ENCODED_SECRET.length) : undefined;
  // Base64 that is none would be read as something shorter.
  return encoded !== undefined && /^[A-Za-z0-9+/]+={0,2}$/.test(encoded)
    ? Buffer.from(encoded, 'base64')
    : Buffer.from(text, 'utf8');
}
