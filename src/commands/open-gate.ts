import type { Logger } from '../core/logger.ts';
import type { Counters } from '../flows/counters.ts';
import type { Doors, LanDoors } from '../flows/doors.ts';
import { createSourceJudge } from '../flows/judge-source.ts';
import type { Office, OfficeChange } from '../flows/office.ts';
import type { VisitorDoors } from '../flows/people.ts';
import { createQuarantine } from '../flows/quarantine.ts';
import { createSourceGate, type SourceGate } from '../flows/source-gate.ts';
import { createSourceRules } from '../flows/source-rules.ts';
import type { PhoneSources } from '../http/phone-server.ts';
import type { WebDoors } from '../http/web-doors.ts';
import type { InterfaceWatch } from '../lan/interface-watch.ts';
import { type LanSockets, openLanSockets } from '../sip/lan-sockets.ts';
import { createNotifyClient } from '../sip/notify-client.ts';
import { parseMessage } from '../sip/parse-message.ts';
import type { Store } from '../store/store.ts';

export interface GateParts {
  readonly office: Office;
  readonly lan: LanDoors;
  readonly interfaces: InterfaceWatch;
  readonly store: Pick<Store, 'quarantine'>;
  readonly counters: Counters;
  readonly signal: AbortSignal;
  readonly log: Logger;
  readonly clock: () => number;
}

export interface Gate {
  readonly doors: Pick<Doors, 'sources' | 'sip'>;
  readonly phoneSources: PhoneSources;
  readonly visitors: VisitorDoors;
  readonly webDoors: Pick<WebDoors, 'quarantine' | 'judgeSource'>;
  /** As everybody shall use them: nobody is heard, and nothing is sent, where the gate says no. */
  readonly sockets: LanSockets;
  /** Takes in what another process decided: the office, and who was released. */
  adopt(change: OfficeChange): void;
}

/** Why nothing was sent, where the system had no say. */
const NOT_ALLOWED = 'the rules of trust hear nobody there';

/** The SIP sockets, and who is looked at at all: rules, quarantine and rates, for SIP and HTTP. */
export async function openGate(parts: GateParts): Promise<Gate> {
  const { office, lan, interfaces, store, counters, signal, log, clock } = parts;
  const rules = createSourceRules(office, lan);
  const kept = await store.quarantine.list();
  const quarantine = createQuarantine({ office, lan, rules, store: store.quarantine, log, clock }, kept);
  const gate = createSourceGate({ rules, quarantine, counters, log });
  const sockets = guardSockets(await openLanSockets({ interfaces, signal, log }), gate);
  const { notify, handleResponse } = createNotifyClient({ sockets, signal });
  sockets.onMessage(({ data }) => {
    const parsed = parseMessage(data);
    if (parsed.ok && parsed.value.kind === 'response') handleResponse(parsed.value);
  });
  return {
    doors: {
      sources: { hears: gate.hears, fail: quarantine.fail },
      sip: { send: sockets.send, portOf: sockets.portOf, notify },
    },
    phoneSources: {
      connect: gate.connect,
      takes: gate.takes,
      fail: (address, kind) => quarantine.fail({ kind, address }),
    },
    visitors: {
      find: (address) => quarantine.find(address, 'people'),
      fail: (address) => quarantine.fail({ kind: 'wrong-password', address }),
    },
    webDoors: { quarantine, judgeSource: createSourceJudge(lan, quarantine) },
    sockets,
    adopt(change) {
      office.adopt(change);
      quarantine.adopt(change);
    },
  };
}

/** The same sockets, behind the gate. */
export function guardSockets(
  sockets: LanSockets,
  { hears, maySend }: Pick<SourceGate, 'hears' | 'maySend'>,
): LanSockets {
  return {
    ...sockets,
    send(localAddress, data, to, onRefused) {
      if (maySend(to.address)) sockets.send(localAddress, data, to, onRefused);
      else onRefused?.(NOT_ALLOWED);
    },
    onMessage: (listener) =>
      sockets.onMessage((message) => {
        if (hears(message.address)) listener(message);
      }),
  };
}
