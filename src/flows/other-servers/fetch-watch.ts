import { giveReason, type JourneyEvent } from '../../core/journey.ts';
import type { MacAddress } from '../../core/mac-address.ts';
import { type Note, note } from '../../core/note.ts';
import type { Office } from '../office.ts';
import { nameServer } from './name-server.ts';
import type { OtherServer, OtherServers } from './server-facts.ts';

export interface FetchWatchDoors {
  readonly office: Pick<Office, 'onJourney' | 'onDevice' | 'record'>;
  readonly servers: Pick<OtherServers, 'alarms'>;
  readonly clock: () => number;
}

/** Boots in a row in which a phone was told its URL and fetched nothing. One may be a power cut, two are somebody else's doing. */
const SUSPICIOUS = 2;

/** What a delivery is stuck for, where another server may be the cause (`note-stalls`, `delivery`). */
const UNFETCHED = ['reason.no-fetch', 'reason.no-fetch-at-all', 'reason.no-answer'];

/**
 * Says who may have taken a phone. What another server tells it goes by unicast and is never seen here. What is seen: it was
 * told its URL twice, came for nothing, and somebody else answers phones. Returns the function that ends it.
 */
export function watchFetches({ office, servers, clock }: FetchWatchDoors): () => void {
  /** Approved phones only are notified: bounded by decisions. */
  const unfetched = new Map<MacAddress, number>();

  const endJourney = office.onJourney((event) => {
    const { mac, step, detail } = event;
    // A phone that is refused a file has come to us all the same.
    const hasCome = step === 'fetched' || (step === 'refused' && detail.file !== undefined);
    if (hasCome || step === 'approved') unfetched.delete(mac);
    if (step === 'notified') unfetched.set(mac, (unfetched.get(mac) ?? 0) + 1);
    if (step === 'stalled' && isSuspicious(event)) blame(mac);
  });
  const endDevice = office.onDevice(({ before, after }) => {
    if (after === undefined && before !== undefined) unfetched.delete(before.mac);
  });

  function isSuspicious({ mac, because }: JourneyEvent): boolean {
    return UNFETCHED.includes(because?.key ?? '') && (unfetched.get(mac) ?? 0) >= SUSPICIOUS;
  }

  function blame(mac: MacAddress): void {
    const [server] = servers.alarms();
    if (server === undefined) return;
    const because = describe(server, unfetched.get(mac) ?? SUSPICIOUS);
    // After everybody has heard of the event that this explains: the later one is what a card shows.
    queueMicrotask(() =>
      office.record({
        mac,
        at: clock(),
        step: 'stalled',
        ...giveReason(because),
        detail: { otherServer: server.address },
      }),
    );
  }

  return () => {
    endJourney();
    endDevice();
  };
}

function describe(server: OtherServer, times: number): Note {
  const { url } = server;
  const values = { times, who: nameServer(server) };
  if (url === null) {
    return note(
      'reason.other-server',
      'told its URL {times} times, the phone fetched nothing, and {who} answers phones, too: switch that off, then power-cycle the phone',
      values,
    );
  }
  return note(
    'reason.other-server-with-url',
    'told its URL {times} times, the phone fetched nothing, and {who} sends phones to {url}: switch that off, then power-cycle the phone',
    { ...values, url },
  );
}
