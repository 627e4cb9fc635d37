import type { ServerResponse } from 'node:http';
import type { JourneyEvent } from '../core/journey.ts';
import type { MacAddress } from '../core/mac-address.ts';
import type { InternetDoors } from '../flows/internet-facts.ts';
import type { DeviceChange, Office } from '../flows/office.ts';
import type { OtherServers } from '../flows/other-servers/server-facts.ts';
import { formatJourneyEvent } from './format-answers.ts';
import { formatOtherServersEvent } from './format-other-servers.ts';
import { formatInternetEvent } from './format-port-mappings.ts';
import { formatTime } from './schemas/common.ts';

export interface EventHubOptions {
  readonly office: Office;
  readonly internet: Pick<InternetDoors, 'readKeeper' | 'readAddress' | 'onChange'>;
  readonly otherServers: Pick<OtherServers, 'read' | 'onChange'>;
  /** Milliseconds between two signs of life; left out: HEARTBEAT_MS. */
  readonly heartbeatMs?: number;
}

export interface EventHub {
  isFull(): boolean;
  /** Takes the response over until one side ends it. `isStillAllowed` is asked with each heartbeat. */
  add(response: ServerResponse, isStillAllowed: () => Promise<boolean>): void;
  stop(): void;
}

/** Proxies and browsers give up on a silent connection after 30-60 s. */
const HEARTBEAT_MS = 15_000;

/** A boot storm makes tens of events per phone: what happens within this time goes out together, a device once. */
const COLLECT_MS = 100;

/** Journey events of one collection. More than a screen can show; a client is told that it missed some. */
const MOST_EVENTS = 1_000;

/** Bytes of earlier collections that a client has not taken yet. Then it is dropped, comes again and reads the lists anew. */
const MOST_WAITING_BYTES = 4_194_304;

/** A technician has a few tabs; a loop that opens streams shall not take the sockets of everybody. */
const MOST_CLIENTS = 64;

/** A dropped client comes again after this time (the stream's `retry`). */
const RETRY_MS = 2_000;

/** Server-sent events: `device`, `journey`, `internet` and `other-servers` as they happen. Costs nothing while nobody listens. */
export function createEventHub({
  office,
  internet,
  otherServers,
  heartbeatMs = HEARTBEAT_MS,
}: EventHubOptions): EventHub {
  const clients = new Map<ServerResponse, () => Promise<boolean>>();
  const changed = new Map<MacAddress, DeviceChange>();
  let happened: JourneyEvent[] = [];
  let missed = 0;
  let isInternetNew = false;
  let areServersNew = false;
  let collecting: NodeJS.Timeout | undefined;
  let end: (() => void) | undefined;

  function start(): void {
    const endDevice = office.onDevice((change) => {
      const mac = change.after?.mac ?? change.before?.mac;
      if (mac === undefined) return;
      changed.set(mac, change);
      collect();
    });
    const endJourney = office.onJourney((event) => {
      if (happened.length < MOST_EVENTS) happened.push(event);
      else missed += 1;
      collect();
    });
    const endInternet = internet.onChange(() => {
      isInternetNew = true;
      collect();
    });
    const endServers = otherServers.onChange(() => {
      areServersNew = true;
      collect();
    });
    const heart = setInterval(beat, heartbeatMs);
    end = () => {
      endDevice();
      endJourney();
      endInternet();
      endServers();
      clearInterval(heart);
      clearTimeout(collecting);
      collecting = undefined;
      changed.clear();
      happened = [];
      missed = 0;
      isInternetNew = false;
      areServersNew = false;
      end = undefined;
    };
  }

  function collect(): void {
    collecting ??= setTimeout(flush, COLLECT_MS);
  }

  function flush(): void {
    collecting = undefined;
    let text = '';
    for (const [mac, { after }] of changed) text += formatEvent('device', describeDevice(mac, after));
    for (const event of happened) text += formatEvent('journey', formatJourneyEvent(event));
    if (missed > 0) text += formatEvent('missed', { events: missed });
    if (isInternetNew) {
      text += formatEvent('internet', formatInternetEvent(internet.readKeeper(), internet.readAddress()));
    }
    if (areServersNew) text += formatEvent('other-servers', formatOtherServersEvent(otherServers.read()));
    changed.clear();
    happened = [];
    missed = 0;
    isInternetNew = false;
    areServersNew = false;
    for (const response of [...clients.keys()]) send(response, text);
  }

  function beat(): void {
    for (const [response, isStillAllowed] of clients) {
      // Who has something to read yet needs no sign of life.
      if (!response.writableNeedDrain) response.write(': still here\n\n');
      isStillAllowed().then(
        (allowed) => (allowed ? undefined : drop(response)),
        () => drop(response),
      );
    }
  }

  function send(response: ServerResponse, text: string): void {
    if (response.writableLength > MOST_WAITING_BYTES) drop(response);
    else response.write(text);
  }

  function drop(response: ServerResponse): void {
    forget(response);
    // What waits for somebody who does not read would keep the socket open.
    if (response.writableNeedDrain) response.destroy();
    else response.end();
  }

  function forget(response: ServerResponse): void {
    clients.delete(response);
    if (clients.size === 0) end?.();
  }

  return {
    isFull: () => clients.size >= MOST_CLIENTS,
    add(response, isStillAllowed) {
      response.writeHead(200, {
        'content-type': 'text/event-stream; charset=utf-8',
        'cache-control': 'no-store',
        'x-content-type-options': 'nosniff',
      });
      response.write(`retry: ${RETRY_MS}\n\n`);
      if (clients.size === 0) start();
      clients.set(response, isStillAllowed);
      response.on('close', () => forget(response));
      response.on('error', () => forget(response));
    },
    stop() {
      for (const response of [...clients.keys()]) drop(response);
    },
  };
}

/** Enough to update a list; the rest is at /api/v1/devices/{mac}. */
function describeDevice(mac: MacAddress, after: DeviceChange['after']): Readonly<Record<string, unknown>> {
  if (after === undefined) return { mac, forgotten: true };
  const { state, vendorId, model, address, extensions, lastSeenAt } = after;
  const seen = lastSeenAt === null ? null : formatTime(lastSeenAt);
  return { mac, state, vendor: vendorId, model, address, extension: extensions[0] ?? null, lastSeenAt: seen };
}

/** JSON has no line breaks of its own: one `data` line holds it. */
function formatEvent(name: string, data: unknown): string {
  return `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
}
