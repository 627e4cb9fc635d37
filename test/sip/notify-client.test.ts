import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Secret } from '../../src/core/secret.ts';
import type { SubscribeDialog } from '../../src/core/sighting.ts';
import { buildResponse } from '../../src/sip/build-subscribe.ts';
import { firstHeader, type SipRequest, type SipResponse, type SocketAddress } from '../../src/sip/message.ts';
import {
  createNotifyClient,
  type NotifyClient,
  type NotifyOutcome,
  type NotifyRequest,
} from '../../src/sip/notify-client.ts';
import { parseMessage } from '../../src/sip/parse-message.ts';

const DIALOG: SubscribeDialog = {
  sourceAddress: '10.77.4.1',
  sourcePort: 5062,
  contactUri: 'sip:MAC001565aabbcc@10.77.4.1:5062',
  callId: '1536537630@10.77.4.1',
  from: '<sip:MAC001565aabbcc@224.0.1.75>;tag=1536537630',
  to: '<sip:MAC001565aabbcc@224.0.1.75>',
};

const REQUEST: NotifyRequest = {
  dialog: DIALOG,
  localAddress: '10.77.0.2',
  event: 'ua-profile',
  body: { contentType: 'application/url', text: 'http://10.77.0.2:8060/p/token/' },
};

interface Sent {
  readonly at: number;
  readonly message: SipRequest;
  readonly data: string;
  readonly to: SocketAddress;
}

let end = new AbortController();
let sent: Sent[] = [];
let refuseWith: string | undefined;
let port: number | undefined = 40_000;
let client: NotifyClient;
let startedAt = 0;

beforeEach(() => {
  vi.useFakeTimers();
  end = new AbortController();
  sent = [];
  refuseWith = undefined;
  port = 40_000;
  startedAt = performance.now();
  client = createNotifyClient({
    signal: end.signal,
    sockets: {
      portOf: () => port,
      send: (_localAddress, data, to, onRefused) => {
        if (refuseWith !== undefined) return void onRefused?.(refuseWith);
        const parsed = parseMessage(data);
        if (!parsed.ok || parsed.value.kind !== 'request') throw new Error('not a request');
        sent.push({ at: performance.now() - startedAt, message: parsed.value, data: data.toString('latin1'), to });
      },
    },
  });
});
afterEach(() => {
  end.abort();
  expect(vi.getTimerCount()).toBe(0);
  expect(client.openTransactions()).toBe(0);
  vi.useRealTimers();
});

/** The outcome so far; undefined while the transaction is open. */
function outcomeOf(promise: Promise<NotifyOutcome>): { readonly now: () => Promise<NotifyOutcome | undefined> } {
  let outcome: NotifyOutcome | undefined;
  promise.then(
    (value) => {
      outcome = value;
    },
    (cause: unknown) => {
      throw cause;
    },
  );
  return { now: () => vi.advanceTimersByTimeAsync(0).then(() => outcome) };
}

/** What the phone answers to a copy, headers laid over those it must echo. */
function answer(
  to: Sent | undefined,
  status: number,
  reason = 'OK',
  headers: Readonly<Record<string, string>> = {},
): SipResponse {
  if (to === undefined) throw new Error('nothing was sent');
  const text = buildResponse(to.message, status, reason).toString('latin1');
  const more = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  const parsed = parseMessage(Buffer.from(text.replace('\r\n', `\r\n${more.join('')}`), 'latin1'));
  if (!parsed.ok || parsed.value.kind !== 'response') throw new Error('not a response');
  return parsed.value;
}

const sentAt = () => sent.map(({ at }) => at);

test('a NOTIFY goes to where the phone asked from, into its dialog, with our own Via', () => {
  void client.notify(REQUEST);
  const [first] = sent;
  expect(first?.to).toEqual({ address: '10.77.4.1', port: 5062 });
  expect(first?.message).toMatchObject({ method: 'NOTIFY', uri: DIALOG.contactUri });
  expect(first && firstHeader(first.message, 'via')).toMatch(
    /^SIP\/2\.0\/UDP 10\.77\.0\.2:40000;branch=z9hG4bK[\w-]+;rport$/,
  );
  expect(first && firstHeader(first.message, 'cseq')).toBe('1 NOTIFY');
  expect(first?.message.body.toString()).toBe('http://10.77.0.2:8060/p/token/');
});

test('without an answer the same bytes are sent at the times of timer E, and 32 s are the end', async () => {
  const outcome = outcomeOf(client.notify(REQUEST));
  await vi.advanceTimersByTimeAsync(31_999);
  expect(await outcome.now()).toBeUndefined();
  expect(sentAt()).toEqual([0, 500, 1_500, 3_500, 7_500, 11_500, 15_500, 19_500, 23_500, 27_500, 31_500]);
  expect(new Set(sent.map(({ data }) => data)).size).toBe(1);
  await vi.advanceTimersByTimeAsync(1);
  expect(await outcome.now()).toEqual({ kind: 'no-answer', copies: 11 });
});

test('a provisional answer slows the copies down to one in 4 s, and 32 s are the end all the same', async () => {
  const outcome = outcomeOf(client.notify(REQUEST));
  await vi.advanceTimersByTimeAsync(100);
  expect(client.handleResponse(answer(sent[0], 100, 'Trying'))).toBe(true);
  await vi.advanceTimersByTimeAsync(40_000);
  expect(sentAt()).toEqual([0, 500, 4_500, 8_500, 12_500, 16_500, 20_500, 24_500, 28_500]);
  expect(await outcome.now()).toEqual({ kind: 'no-answer', copies: 9 });
});

test.each([200, 202, 299])('a %i ends the copies and tells how long it took', async (status) => {
  const outcome = outcomeOf(client.notify(REQUEST));
  await vi.advanceTimersByTimeAsync(612);
  expect(client.handleResponse(answer(sent[1], status))).toBe(true);
  await vi.advanceTimersByTimeAsync(40_000);
  expect(sent).toHaveLength(2);
  expect(await outcome.now()).toEqual({ kind: 'acknowledged', status, afterMs: 612, copies: 2 });
});

test('the answer to the first copy of a phone that answers every copy counts, and the others are nobody’s', async () => {
  const outcome = outcomeOf(client.notify(REQUEST));
  await vi.advanceTimersByTimeAsync(500);
  expect(client.handleResponse(answer(sent[0], 200))).toBe(true);
  expect(client.handleResponse(answer(sent[1], 481, 'Gone'))).toBe(false);
  expect(await outcome.now()).toMatchObject({ kind: 'acknowledged', copies: 2 });
});

test('a refusal is told with its words, without what a screen should not show', async () => {
  const outcome = outcomeOf(client.notify(REQUEST));
  client.handleResponse(answer(sent[0], 481, 'Dialog/Transaction \u0007Does Not Exist é'));
  expect(await outcome.now()).toEqual({
    kind: 'rejected',
    status: 481,
    reason: expect.stringMatching(/^Dialog\/Transaction \??Does Not Exist \?+$/),
  });
});

test('an answer with another branch, another method or no Via is not ours', async () => {
  const outcome = outcomeOf(client.notify(REQUEST));
  const real = answer(sent[0], 200);
  const spoiled = (name: string, change: (value: string) => string): SipResponse => ({
    ...real,
    headers: real.headers.map((header) => (header.name === name ? { name, value: change(header.value) } : header)),
  });
  expect(client.handleResponse(spoiled('via', (via) => via.replace('z9hG4bK', 'z9hG4bK0')))).toBe(false);
  expect(client.handleResponse(spoiled('via', () => 'nonsense'))).toBe(false);
  expect(client.handleResponse(spoiled('cseq', () => '1 SUBSCRIBE'))).toBe(false);
  expect(client.handleResponse({ ...real, headers: [] })).toBe(false);
  expect(await outcome.now()).toBeUndefined();
  expect(client.handleResponse(real)).toBe(true);
  expect(await outcome.now()).toMatchObject({ kind: 'acknowledged' });
});

const CREDENTIALS = { username: '101', password: new Secret('s3cr3t-pa55') };
const CHALLENGE = 'Digest realm="grandstream", nonce="4b7ae2", algorithm=MD5, qop="auth"';

test.each([
  [401, 'WWW-Authenticate', 'authorization'],
  [407, 'Proxy-Authenticate', 'proxy-authorization'],
])(
  'a %i is answered with the phone’s own account: new branch, CSeq one higher, all timers anew',
  async (status, ask, tell) => {
    const outcome = outcomeOf(client.notify({ ...REQUEST, cseq: 7, credentials: CREDENTIALS }));
    await vi.advanceTimersByTimeAsync(600);
    expect(client.handleResponse(answer(sent[1], status, 'Who are you', { [ask]: CHALLENGE }))).toBe(true);
    const [first, , second] = sent;
    expect(sent).toHaveLength(3);
    expect(second && firstHeader(second.message, 'cseq')).toBe('8 NOTIFY');
    expect(second && firstHeader(second.message, 'call-id')).toBe(DIALOG.callId);
    expect(second && firstHeader(second.message, 'via')).not.toBe(first && firstHeader(first.message, 'via'));
    expect(second && firstHeader(second.message, tell)).toMatch(
      /^Digest username="101", realm="grandstream", nonce="4b7ae2", uri="sip:MAC001565aabbcc@10\.77\.4\.1:5062", response="[0-9a-f]{32}"/,
    );
    expect(second?.data).not.toContain('s3cr3t');

    await vi.advanceTimersByTimeAsync(500);
    expect(sentAt()).toEqual([0, 500, 600, 1_100]);
    // The late copy of the challenge belongs to a transaction that is over.
    expect(client.handleResponse(answer(first, status, 'Who are you', { [ask]: CHALLENGE }))).toBe(false);
    client.handleResponse(answer(second, 200));
    expect(await outcome.now()).toEqual({ kind: 'acknowledged', status: 200, afterMs: 500, copies: 4 });
  },
);

test('a phone that does not like the account is not asked for ever', async () => {
  const outcome = outcomeOf(client.notify({ ...REQUEST, credentials: CREDENTIALS }));
  client.handleResponse(answer(sent[0], 401, 'Unauthorized', { 'WWW-Authenticate': CHALLENGE }));
  client.handleResponse(answer(sent[1], 401, 'Unauthorized', { 'WWW-Authenticate': CHALLENGE }));
  expect(sent).toHaveLength(2);
  expect(await outcome.now()).toEqual({ kind: 'rejected', status: 401, reason: 'Unauthorized' });
});

test('of several challenges the first that can be answered is', async () => {
  void client.notify({ ...REQUEST, credentials: CREDENTIALS });
  const response = answer(sent[0], 401, 'Unauthorized', { 'WWW-Authenticate': CHALLENGE });
  const basic = { name: 'www-authenticate', value: 'Basic realm="grandstream"' };
  client.handleResponse({ ...response, headers: [basic, ...response.headers] });
  expect(sent[1] && firstHeader(sent[1].message, 'authorization')).toContain('nonce="4b7ae2"');
});

test.each([
  ['nobody gave credentials', { 'WWW-Authenticate': CHALLENGE }, {}],
  ['the challenge is not understood', { 'WWW-Authenticate': 'Basic realm="x"' }, { credentials: CREDENTIALS }],
  ['there is no challenge', {}, { credentials: CREDENTIALS }],
  ['the challenge is the other kind', { 'Proxy-Authenticate': CHALLENGE }, { credentials: CREDENTIALS }],
])('a 401 is a refusal when %s', async (_why, headers, more) => {
  const outcome = outcomeOf(client.notify({ ...REQUEST, ...more }));
  client.handleResponse(answer(sent[0], 401, 'Unauthorized', headers));
  expect(await outcome.now()).toEqual({ kind: 'rejected', status: 401, reason: 'Unauthorized' });
});

test('without a socket nothing is sent', async () => {
  port = undefined;
  const outcome = await client.notify(REQUEST);
  expect(outcome).toEqual({ kind: 'not-sent', reason: 'no socket on that address' });
});

test('three refused copies and none that left: not sent, with the system’s reason', async () => {
  refuseWith = 'EPERM';
  const outcome = outcomeOf(client.notify(REQUEST));
  await vi.advanceTimersByTimeAsync(1_499);
  expect(await outcome.now()).toBeUndefined();
  await vi.advanceTimersByTimeAsync(1);
  expect(await outcome.now()).toEqual({ kind: 'not-sent', reason: 'EPERM' });
});

test('an interface that was down for a moment does not end the NOTIFY', async () => {
  refuseWith = 'ENETUNREACH';
  const outcome = outcomeOf(client.notify(REQUEST));
  await vi.advanceTimersByTimeAsync(600);
  refuseWith = undefined;
  await vi.advanceTimersByTimeAsync(1_000);
  expect(sentAt()).toEqual([1_500]);
  refuseWith = 'ENETUNREACH';
  await vi.advanceTimersByTimeAsync(40_000);
  expect(await outcome.now()).toEqual({ kind: 'no-answer', copies: 1 });
});

test('a caller may cancel; before, and after the answer, that is harmless', async () => {
  const cancel = new AbortController();
  const outcome = outcomeOf(client.notify({ ...REQUEST, signal: cancel.signal }));
  const other = outcomeOf(client.notify(REQUEST));
  cancel.abort();
  expect(await outcome.now()).toEqual({ kind: 'cancelled' });
  expect(client.handleResponse(answer(sent[0], 200))).toBe(false);
  expect(await client.notify({ ...REQUEST, signal: cancel.signal })).toEqual({ kind: 'cancelled' });
  expect(sent).toHaveLength(2);

  expect(await other.now()).toBeUndefined();
  client.handleResponse(answer(sent[1], 200));
  expect(await other.now()).toMatchObject({ kind: 'acknowledged' });
});

test('cancelling after a challenge ends the second transaction', async () => {
  const cancel = new AbortController();
  const outcome = outcomeOf(client.notify({ ...REQUEST, credentials: CREDENTIALS, signal: cancel.signal }));
  client.handleResponse(answer(sent[0], 401, 'Unauthorized', { 'WWW-Authenticate': CHALLENGE }));
  cancel.abort();
  expect(await outcome.now()).toEqual({ kind: 'cancelled' });
});

/** A NOTIFY that was challenged, and waits for leave to answer. */
function askForLeave(more: Partial<NotifyRequest> = {}) {
  const leave: { give(may: boolean): void; fail(cause: Error): void } = { give: () => {}, fail: () => {} };
  const mayProve = () =>
    new Promise<boolean>((resolve, reject) => {
      leave.give = resolve;
      leave.fail = reject;
    });
  const outcome = outcomeOf(client.notify({ ...REQUEST, credentials: CREDENTIALS, mayProve, ...more }));
  client.handleResponse(answer(sent[0], 401, 'Unauthorized', { 'WWW-Authenticate': CHALLENGE }));
  return { ...leave, outcome };
}

test('a challenge waits for leave to answer, without copies meanwhile; then it is answered', async () => {
  const { give, outcome } = askForLeave();
  await vi.advanceTimersByTimeAsync(5_000);
  expect(sent).toHaveLength(1);
  give(true);
  expect(await outcome.now()).toBeUndefined();
  expect(sent[1] && firstHeader(sent[1].message, 'authorization')).toContain('nonce="4b7ae2"');
  client.handleResponse(answer(sent[1], 200));
  expect(await outcome.now()).toMatchObject({ kind: 'acknowledged', copies: 2 });
});

test.each([
  ['is not given', (leave: ReturnType<typeof askForLeave>) => leave.give(false)],
  ['cannot be found out', (leave: ReturnType<typeof askForLeave>) => leave.fail(new Error('no table'))],
])('a challenge is a refusal when leave %s', async (_what, end) => {
  const leave = askForLeave();
  end(leave);
  expect(await leave.outcome.now()).toEqual({ kind: 'rejected', status: 401, reason: 'Unauthorized' });
  expect(sent).toHaveLength(1);
});

test('leave that comes after the end or after the caller’s cancelling sends nothing', async () => {
  const cancel = new AbortController();
  const cancelled = askForLeave({ signal: cancel.signal });
  cancel.abort();
  cancelled.give(true);
  expect(await cancelled.outcome.now()).toEqual({ kind: 'cancelled' });
  sent = [];
  const ended = askForLeave();
  end.abort();
  ended.give(true);
  expect(await ended.outcome.now()).toEqual({ kind: 'cancelled' });
  expect(sent).toHaveLength(1);
});

test('the end cancels everything that is open, and what comes after', async () => {
  const open = [client.notify(REQUEST), client.notify(REQUEST)];
  end.abort();
  expect(await Promise.all(open)).toEqual([{ kind: 'cancelled' }, { kind: 'cancelled' }]);
  expect(await client.notify(REQUEST)).toEqual({ kind: 'cancelled' });
  expect(sent).toHaveLength(2);
});

test('of twenty thousand open transactions each finds its own answer', async () => {
  const outcomes = Promise.all(
    Array.from({ length: 20_000 }, (_, i) =>
      client.notify({ ...REQUEST, cseq: i + 1, signal: new AbortController().signal }),
    ),
  );
  expect(client.openTransactions()).toBe(20_000);
  for (const one of sent) {
    const isOdd = Number.parseInt(firstHeader(one.message, 'cseq') ?? '', 10) % 2 === 1;
    client.handleResponse(answer(one, isOdd ? 200 : 486, 'As asked'));
  }
  const kinds = (await outcomes).map(({ kind }) => kind);
  expect(kinds).toEqual(Array.from({ length: 20_000 }, (_, i) => (i % 2 === 0 ? 'acknowledged' : 'rejected')));
});

test('further copies go only to who may have them; the first, and the answer to it, are as ever', async () => {
  let isThere = false;
  const outcome = client.notify({ ...REQUEST, mayRepeat: async () => isThere });
  await vi.advanceTimersByTimeAsync(4_000);
  expect(sent.map(({ at }) => at)).toEqual([0]);
  isThere = true;
  // 0.5, 1.5 and 3.5 s have passed; the next is due at 7.5 s.
  await vi.advanceTimersByTimeAsync(4_000);
  expect(sent.map(({ at }) => at)).toEqual([0, 7_500]);
  expect(client.openTransactions()).toBe(1);
  await vi.advanceTimersByTimeAsync(40_000);
  expect(await outcome).toMatchObject({ kind: 'no-answer', copies: sent.length });
});

test('who is never there gets one copy of a NOTIFY in its whole life', async () => {
  const outcome = client.notify({ ...REQUEST, mayRepeat: async () => false });
  await vi.advanceTimersByTimeAsync(60_000);
  expect(await outcome).toEqual({ kind: 'no-answer', copies: 1 });
  expect(sent).toHaveLength(1);
});
