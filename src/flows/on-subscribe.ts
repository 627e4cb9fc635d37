import { decide } from '../core/decide.ts';
import type { Device } from '../core/device.ts';
import { giveReason } from '../core/journey.ts';
import { formatMacAddress, type MacAddress } from '../core/mac-address.ts';
import { newDevice } from '../core/new-device.ts';
import { note } from '../core/note.ts';
import type { Sighting } from '../core/sighting.ts';
import { dialogTag } from '../sip/build-notify.ts';
import { buildReply } from '../sip/build-reply.ts';
import { firstHeader, type SipRequest } from '../sip/message.ts';
import { parseMessage } from '../sip/parse-message.ts';
import { readSighting } from '../sip/read-sighting.ts';
import { vendorById, vendors } from '../vendors/all.ts';
import { recognise } from '../vendors/recognise.ts';
import { answerProbe } from './answer-probe.ts';
import type { Deliveries } from './delivery.ts';
import { createDialogMemory, type HeardDialog } from './dialog-memory.ts';
import type { Doors } from './doors.ts';
import { findAsker, isContradicted } from './find-asker.ts';
import { createBootLimit, createNewcomerLimit } from './flood-limits.ts';
import { noteNoRoute } from './note-stalls.ts';

export interface HeardDatagram {
  readonly data: Buffer;
  readonly address: string;
  readonly port: number;
}

/** Phones that nobody has decided about. No office has as many: beyond, somebody makes up MAC addresses. */
const MOST_UNDECIDED = 10_000;

/** A flood must not become one of the log. */
const WARN_EVERY_MS = 60_000;

/** Makes the handler of everything the PnP group hears. It never throws and never waits for the disk. */
export function createSubscribeHandler(doors: Doors, deliveries: Deliveries): (datagram: HeardDatagram) => void {
  const { office, lan, sip, sources, counters, log, clock } = doors;
  const dialogs = createDialogMemory();
  const mayBring = createNewcomerLimit();
  const mayBoot = createBootLimit();
  let warnedAt = 0;

  return function onDatagram({ data, address, port }) {
    counters.count('datagramsHeard');
    if (!sources.hears(address)) return;
    const parsed = parseMessage(data);
    if (!parsed.ok) {
      sources.fail({ kind: 'malformed-sip', address });
      return ignore(address, parsed.problem);
    }
    if (parsed.value.kind !== 'request') return ignore(address, 'a response');
    const request = parsed.value;
    const read = readSighting(request, { address, port });
    if (!read.ok) return ignore(address, read.problem);
    if (answerProbe(doors, request, { address, port })) return ignore(address, 'a question for other PnP servers');
    counters.count('subscribesHeard');

    const now = clock();
    const { dialog } = read.value;
    const parts = [address, port, dialog.callId, dialog.from, firstHeader(request, 'cseq')];
    const { dialog: memory, isCopy } = dialogs.hear(parts, now);
    if (isCopy) {
      counters.count('subscribesRepeated');
      answerCopy(request, memory, { address, port });
      return;
    }
    const claimed = read.value.mac;
    // Whose MAC it is is a claim here; the secrets are guarded where they are fetched. What is known to be false is not taken.
    if (claimed !== undefined && !isContradicted(doors, claimed, address)) {
      handle(request, read.value, claimed, memory);
      return;
    }
    findAsker(doors, { address, port }, claimed).then(
      (mac) => {
        if (mac !== undefined && (claimed === undefined || claimed === mac))
          return handle(request, read.value, mac, memory);
        // The next copy is looked at anew: the table may know better then.
        dialogs.forget(memory);
        if (claimed === undefined || mac === undefined) {
          return ignore(address, 'no MAC address in the message, and none in the neighbour table for its sender');
        }
        refuse(claimed, mac, address);
      },
      (cause: unknown) =>
        log.error({ event: 'subscribe.failed', cause: String(cause) }, 'could not find a MAC address'),
    );
  };

  /** Made-up MAC addresses must neither fill the memory nor crowd out the phones that are there. */
  function isWelcome(address: string, now: number): boolean {
    const isFull = office.undecidedCount() >= MOST_UNDECIDED;
    if (!isFull && (lan.isOwnAddress(address) || mayBring(address, now))) return true;
    const reason = isFull
      ? `${MOST_UNDECIDED} phones wait for a decision already`
      : 'one address brings too many new phones';
    counters.count('datagramsIgnored');
    if (now - warnedAt >= WARN_EVERY_MS) {
      log.warn({ event: 'device.unlisted', address, reason }, 'a new phone is not listed');
      warnedAt = now;
    }
    return false;
  }

  /** The same 200 for every copy; a copy of what was heard before the approval gets its first one. The NOTIFY is on its way already. */
  function answerCopy(request: SipRequest, memory: HeardDialog, to: { address: string; port: number }): void {
    if (memory.reply !== null) return sip.send(memory.reply.localAddress, memory.reply.data, to);
    const device = memory.mac === undefined ? undefined : office.findDevice(memory.mac);
    if (device !== undefined && decide(device, false).do === 'send-profile-url') answer(request, device, memory);
  }

  /** Somebody speaks in another's name: the one whose name it is learns of it, and a stranger's name is not listed. */
  function refuse(claimed: MacAddress, mac: MacAddress, address: string): void {
    const because = note(
      'reason.name-of-other',
      "a SUBSCRIBE in this phone's name came from {mac} by the neighbour table",
      { mac: formatMacAddress(mac) },
    );
    const reason = because.text;
    sources.fail({ kind: 'false-name', address, mac, what: claimed });
    if (office.findDevice(claimed) === undefined) return ignore(address, reason);
    counters.refuse(because.key);
    office.record({ mac: claimed, at: clock(), step: 'refused', ...giveReason(because), detail: { address } });
    log.info({ event: 'subscribe.refused', mac: claimed, address, reason }, 'SUBSCRIBE refused');
  }

  function ignore(address: string, reason: string): void {
    counters.count('datagramsIgnored');
    log.debug({ event: 'datagram.ignored', address, reason }, 'datagram ignored');
  }

  function handle(request: SipRequest, sighting: Sighting, mac: MacAddress, memory: HeardDialog): void {
    const now = memory.at;
    const { sourceAddress } = sighting.dialog;
    if (!lan.isOwnAddress(sourceAddress) && !mayBoot(mac, performance.now())) {
      counters.count('datagramsLimited');
      return;
    }
    const known = office.findDevice(mac);
    if (known === undefined && !isWelcome(sourceAddress, now)) return;
    memory.mac = mac;
    const decision = decide(known, office.site().answerPending);
    const device = describe(known, sighting, mac, now);
    office.see(device);
    if (known?.address && known.address !== device.address) {
      office.record({
        mac,
        at: now,
        step: 'moved',
        reason: '',
        detail: { from: known.address, to: device.address ?? '' },
      });
    }
    const because = decision.do === 'send-profile-url' ? null : decision.reason;
    office.record({ mac, at: now, step: 'seen', ...giveReason(because), detail: seenDetail(device) });
    if (known === undefined) {
      log.info({ event: 'device.appeared', mac, vendor: device.vendorId, model: device.model }, 'a new phone asked');
    }
    switch (decision.do) {
      case 'stay-silent':
        return;
      case 'remember-as-pending':
        if (decision.answer) answer(request, device, memory);
        return;
      case 'send-profile-url':
        if (answer(request, device, memory)) deliveries.deliver(device, 'boot');
        return;
      default:
        return decision satisfies never;
    }
  }

  /** The 200 of pnp's shape; every copy of the SUBSCRIBE gets these same bytes. */
  function answer(request: SipRequest, device: Device, memory: HeardDialog): boolean {
    const { dialog } = device;
    if (dialog === null) return false;
    const source = { address: dialog.sourceAddress, port: dialog.sourcePort };
    const localAddress = lan.localAddressFor(source.address);
    const localPort = localAddress === undefined ? undefined : sip.portOf(localAddress);
    if (localAddress === undefined || localPort === undefined) {
      const because = noteNoRoute(source.address);
      office.record({ mac: device.mac, at: memory.at, step: 'refused', ...giveReason(because), detail: {} });
      return false;
    }
    const data = buildReply(request, {
      status: 200,
      reason: 'OK',
      source,
      localAddress,
      localPort,
      toTag: dialogTag(dialog),
      expires: 0,
    });
    dialogs.keepReply(memory, { data, localAddress });
    sip.send(localAddress, data, source);
    counters.count('repliesSent');
    office.record({ mac: device.mac, at: memory.at, step: 'answered', reason: '', detail: { status: 200 } });
    return true;
  }

  function describe(known: Device | undefined, sighting: Sighting, mac: MacAddress, now: number): Device {
    const { words, dialog } = sighting;
    const before = known ?? newDevice(mac, now);
    // A person's word on vendor and model stays; an undecided phone is recognised anew each time.
    const decided = known !== undefined && known.state === 'approved';
    const found = decided ? undefined : recognise(vendors, { mac, words });
    const vendorId = decided ? known.vendorId : (found?.vendorId ?? null);
    const vendor = vendorId === null ? undefined : vendorById(vendorId);
    const model = (decided ? known.model : null) ?? vendor?.modelOf(words) ?? (words.model || before.model);
    return {
      ...before,
      vendorId,
      model,
      firmware: words.firmware || before.firmware,
      address: dialog.sourceAddress,
      words,
      dialog,
      lastSeenAt: now,
    };
  }
}

function seenDetail(device: Device): Record<string, string | number> {
  return {
    address: device.address ?? '',
    port: device.dialog?.sourcePort ?? 0,
    userAgent: device.words.userAgent,
    model: device.model ?? '',
    firmware: device.firmware ?? '',
  };
}
