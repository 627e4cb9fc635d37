import { checkIdentity } from '../core/check-identity.ts';
import type { Device } from '../core/device.ts';
import type { Extension } from '../core/extension.ts';
import { giveReason } from '../core/journey.ts';
import type { MacAddress } from '../core/mac-address.ts';
import { type Note, note } from '../core/note.ts';
import { vendorById } from '../vendors/all.ts';
import { choosePhoneAddress } from './choose-phone-address.ts';
import type { Doors, NotifyOutcome, NotifyRequest } from './doors.ts';
import { createHandOvers, type HandOvers } from './hand-overs.ts';
import { NEVER_ASKED, NO_FETCH, NO_FETCH_AT_ALL, NO_ORDER, noteNoRoute } from './note-stalls.ts';
import { isThere, proveNeighbour } from './prove-neighbour.ts';

/** Why a phone is told its URL: it booted, a person approved it, or it shall fetch its file again. */
export type DeliveryCause = 'boot' | 'approval' | 'resync' | 'reboot';

/** How long a freshly approved phone has to fetch its file before check-sync is tried. */
const FETCH_WAIT_MS = 10_000;

/** Grandstream's GRP needs up to 30 s from the NOTIFY to its first request (docs/vendors/grandstream.md). */
const BOOT_FETCH_WAIT_MS = 45_000;

/** Without a reason of ours each abort makes a DOMException and its stack, a tenth of a boot's cost. Nobody reads it. */
const GIVEN_UP = 'given up for a newer delivery';

export interface Deliveries {
  /** Starts a delivery; an older one to the same phone is given up. */
  deliver(device: Device, cause: DeliveryCause): void;
  /** The phone has its own file: the delivery has done its work. */
  fetched(mac: MacAddress): void;
  /** Ends all that is under way. */
  stop(): void;
}

interface Delivery {
  readonly controller: AbortController;
  timer: NodeJS.Timeout | undefined;
  readonly account: Extension | undefined;
  /** The phone has its file; what is left is the answer to the NOTIFY. */
  isDone: boolean;
}

/**
 * Brings a phone its URL, and says in the journey where it got stuck. Follows the office: a new approval, whichever process
 * decided it, is delivered from here.
 */
export function createDeliveries(doors: Doors, handOvers: HandOvers = createHandOvers(doors)): Deliveries {
  const { office, lan, sip, counters, log, clock } = doors;
  const active = new Map<MacAddress, Delivery>();
  /** Of approved phones only, so bounded by decisions. */
  const lastCseqs = new Map<MacAddress, number>();

  const unsubscribe = office.onDevice(({ before, after, kind }) => {
    if (kind !== 'decided') return;
    const mac = after?.mac ?? before?.mac;
    if (mac !== undefined && after === undefined) lastCseqs.delete(mac);
    if (mac !== undefined && after?.token !== before?.token) end(mac);
    if (after?.state === 'approved' && after.token !== before?.token) deliver(after, 'approval', accountOf(before));
  });

  function end(mac: MacAddress): void {
    const delivery = active.get(mac);
    if (delivery === undefined) return;
    active.delete(mac);
    clearTimeout(delivery.timer);
    delivery.controller.abort(GIVEN_UP);
  }

  /** What a running phone knows itself by: a challenge to the order is proved with the account it has, not with its next one. */
  function accountOf(device: Device | undefined): Extension | undefined {
    return office.findExtension(device?.extensions[0] ?? '');
  }

  function deliver(device: Device, cause: DeliveryCause, account = accountOf(device)): void {
    end(device.mac);
    if (device.dialog === null) {
      // Seen by its HTTP request only: there is nobody to send a NOTIFY to. A phone that never showed itself will ask.
      if (device.address !== null) stall(device.mac, NEVER_ASKED);
      return;
    }
    const delivery: Delivery = { controller: new AbortController(), timer: undefined, isDone: false, account };
    active.set(device.mac, delivery);
    if (cause === 'boot') handOvers.openAtBoot(device);
    if (cause === 'resync' || cause === 'reboot') checkSync(device, delivery, cause);
    else sendUrl(device, delivery, cause);
  }

  function sendUrl(device: Device, delivery: Delivery, cause: 'boot' | 'approval'): void {
    const { dialog, token, mac } = device;
    const vendor = device.vendorId === null ? undefined : vendorById(device.vendorId);
    if (dialog === null || token === null || vendor === undefined) return end(mac);
    const localAddress = lan.localAddressFor(dialog.sourceAddress);
    if (localAddress === undefined) {
      end(mac);
      return stall(mac, noteNoRoute(dialog.sourceAddress));
    }
    const { scheme, port } = choosePhoneAddress(doors, office.site().trust);
    const url = vendor.profileUrl(`${scheme}://${localAddress}:${port}/p/${token}/`, mac);
    notify(device, delivery, {
      dialog,
      localAddress,
      // The first NOTIFY of a boot's dialog; one that comes later must count higher.
      cseq: cause === 'boot' ? 1 : laterCseq(mac),
      event: 'ua-profile',
      body: { contentType: 'application/url', text: url },
    });
    office.record({ mac, at: clock(), step: 'notified', reason: '', detail: { to: dialog.sourceAddress, cause } });
    waitForFetch(delivery, cause === 'boot' ? BOOT_FETCH_WAIT_MS : FETCH_WAIT_MS, () => {
      const now = office.findDevice(mac);
      if (now === undefined || now.token !== token) return end(mac);
      if (cause === 'approval' && vendor.checkSync !== null) return checkSync(now, delivery, 'resync');
      end(mac);
      stall(mac, NO_FETCH);
    });
  }

  /** Asks a running phone to fetch its files from the address it has. */
  function checkSync(device: Device, delivery: Delivery, cause: 'resync' | 'reboot'): void {
    const { dialog, mac } = device;
    const events = device.vendorId === null ? null : (vendorById(device.vendorId)?.checkSync ?? null);
    const localAddress = dialog === null ? undefined : lan.localAddressFor(dialog.sourceAddress);
    if (dialog === null || localAddress === undefined || events === null) {
      end(mac);
      return stall(mac, NO_ORDER);
    }
    handOvers.open(mac);
    const extension = delivery.account ?? accountOf(device);
    const event = cause === 'reboot' ? events.reboot : events.resync;
    notify(device, delivery, {
      dialog,
      localAddress,
      cseq: laterCseq(mac),
      event,
      ...(extension && { credentials: { username: extension.authName, password: extension.password } }),
      mayProve: () => mayProve(mac, dialog.sourceAddress),
    });
    office.record({ mac, at: clock(), step: 'resynced', reason: '', detail: { sent: event } });
    waitForFetch(delivery, BOOT_FETCH_WAIT_MS, () => {
      end(mac);
      stall(mac, NO_FETCH_AT_ALL);
    });
  }

  /** Whoever asked in the phone's name gets the order that is meant for it, too: the password's digest is for the phone. */
  async function mayProve(mac: MacAddress, address: string): Promise<boolean> {
    const neighbour = await proveNeighbour(lan, address);
    const { ok } = checkIdentity({ device: mac, neighbour, inPath: undefined, inUserAgent: undefined });
    if (!ok) {
      const because = note(
        'reason.proof-for-other',
        '{address} wants proof of the password, and by the neighbour table it is not this phone',
        { address },
      );
      office.record({ mac, at: clock(), step: 'refused', ...giveReason(because), detail: { address } });
    }
    return ok;
  }

  function notify(device: Device, delivery: Delivery, request: NotifyRequest): void {
    counters.count('notifiesSent');
    const mayRepeat = () => isThere(lan, device.mac, request.dialog.sourceAddress);
    sip.notify({ ...request, mayRepeat, signal: delivery.controller.signal }).then(
      (outcome) => {
        if (delivery.isDone && active.get(device.mac) === delivery) active.delete(device.mac);
        // A phone that has its file and never answered the NOTIFY is not stuck.
        if (!(delivery.isDone && outcome.kind === 'no-answer')) tellOutcome(device, request.event, outcome);
      },
      (cause: unknown) => {
        log.error({ event: 'notify.failed', mac: device.mac, cause: String(cause) }, 'NOTIFY failed');
      },
    );
  }

  function tellOutcome({ mac }: Device, event: string, outcome: NotifyOutcome): void {
    const at = clock();
    switch (outcome.kind) {
      case 'acknowledged':
        counters.count('notifiesAcknowledged');
        office.record({
          mac,
          at,
          step: 'acknowledged',
          reason: '',
          detail: { event, status: outcome.status, afterMs: Math.round(outcome.afterMs), copies: outcome.copies },
        });
        return;
      case 'rejected': {
        counters.count('notifiesRejected');
        const because = note('reason.notify-refused', 'the phone refused the NOTIFY ({event}): {answer}', {
          event,
          answer: `${outcome.status} ${outcome.reason}`,
        });
        office.record({ mac, at, step: 'refused', ...giveReason(because), detail: { event, status: outcome.status } });
        return;
      }
      case 'no-answer': {
        counters.count('notifiesUnanswered');
        const because = note(
          'reason.no-answer',
          'no answer to NOTIFY ({event}): is the phone gone, or is another PnP server answering?',
          { event },
        );
        office.record({ mac, at, step: 'stalled', ...giveReason(because), detail: { event, copies: outcome.copies } });
        return;
      }
      case 'not-sent':
        return stall(mac, note('reason.not-sent', 'the NOTIFY could not be sent: {cause}', { cause: outcome.reason }));
      case 'cancelled':
        return;
      default:
        return outcome satisfies never;
    }
  }

  /**
   * RFC 3261 8.1.1.5: below 2^31, and rising within a dialog that may outlive our memory of it: the seconds of the clock do.
   * Two orders within one second must differ, too; the number between them is that of the answer to a challenge.
   */
  function laterCseq(mac: MacAddress): number {
    const number = Math.max(Math.floor(clock() / 1000) % 2 ** 31, (lastCseqs.get(mac) ?? 0) + 2);
    lastCseqs.set(mac, number);
    return number;
  }

  function waitForFetch(delivery: Delivery, milliseconds: number, otherwise: () => void): void {
    delivery.timer = setTimeout(otherwise, milliseconds);
    delivery.timer.unref();
  }

  function stall(mac: MacAddress, because: Note): void {
    office.record({ mac, at: clock(), step: 'stalled', ...giveReason(because), detail: {} });
    log.info({ event: 'delivery.stalled', mac, reason: because.text }, 'a delivery stalled');
  }

  return {
    deliver,
    fetched(mac) {
      const delivery = active.get(mac);
      if (delivery === undefined) return;
      // The NOTIFY's own transaction goes on: its 200 may still come, and the journey wants it. The delivery stays, so that
      // a block or a new approval ends it.
      clearTimeout(delivery.timer);
      delivery.isDone = true;
    },
    stop() {
      unsubscribe();
      for (const mac of [...active.keys()]) end(mac);
    },
  };
}
