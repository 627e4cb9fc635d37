import type { JourneyStep } from '../core/journey.ts';
import { parseMacAddress } from '../core/mac-address.ts';
import type { HappenedEvent } from '../flows/list-events.ts';
import type { Office } from '../flows/office.ts';
import { vendorById } from '../vendors/all.ts';
import { describeAction, describeStep } from './describe-action.ts';
import { describeFacts, type Fact } from './describe-facts.ts';
import type { Texts } from './message-set.ts';
import { sayReason } from './say-note.ts';

export interface EventRow {
  /** Unique in the list, and the same at each reading. */
  readonly key: string;
  readonly at: number;
  readonly sign: {
    readonly kind: 'bad' | 'wait' | 'good' | 'accent' | 'none';
    readonly icon: string;
    readonly text: string;
  };
  /** One sentence. */
  readonly text: string;
  /** Null: of no phone. */
  readonly mac: string | null;
  /** There is a page about the phone: it is not forgotten. */
  readonly isKnown: boolean;
  /** Extension, name and model of the phone; else what the decision was about. */
  readonly about: string;
  /** Who decided; empty: nobody. */
  readonly who: string;
  readonly facts: readonly Fact[];
}

/** What decisions are about beside phones, extensions and people. */
const SUBJECTS: ReadonlyMap<string, string> = new Map([
  ['site', 'events.site'],
  ['internet', 'events.internet'],
]);

const TROUBLE_ICONS: Partial<Readonly<Record<JourneyStep, string>>> = { refused: 'block', stalled: 'alert' };

export function buildEventRow(
  happened: HappenedEvent,
  office: Pick<Office, 'findDevice' | 'findExtension'>,
  texts: Texts,
): EventRow {
  const { t, has } = texts;
  const key = `${happened.source}-${happened.id}`;
  const { at } = happened;
  switch (happened.source) {
    case 'decision': {
      const { action, actor, from, subject, detail } = happened.entry;
      const message = describeAction(action);
      const isRefusal = action.endsWith('refused');
      const mac = parseMacAddress(subject) ?? null;
      const subjectText = SUBJECTS.get(subject);
      const words =
        mac === null
          ? { isKnown: false, about: subjectText === undefined ? subject : t(subjectText) }
          : aboutPhone(mac);
      const sign = isRefusal
        ? { kind: 'bad' as const, icon: 'block', text: t('events.sign-refused') }
        : { kind: 'accent' as const, icon: 'person', text: t('events.sign-decision') };
      return {
        key,
        at,
        sign,
        text: message === undefined ? action : t(message),
        mac,
        ...words,
        who: actor,
        // Logging in tells its address already.
        facts: describeFacts(from == null || from === detail.address ? detail : { ...detail, from }, texts),
      };
    }
    case 'phone': {
      const { mac, step, detail } = happened.event;
      const icon = TROUBLE_ICONS[step];
      const sign =
        icon === undefined
          ? { kind: 'none' as const, icon: 'phone', text: t('events.sign-step') }
          : { kind: 'bad' as const, icon, text: t(describeStep(step)) };
      const said = sayReason(texts, happened.event);
      // The sign says the step already where it is a trouble.
      const text =
        icon === undefined ? [t(describeStep(step)), said].filter(Boolean).join(': ') : said || t(describeStep(step));
      const { by, ...rest } = detail;
      return {
        key,
        at,
        sign,
        text,
        mac,
        ...aboutPhone(mac),
        who: typeof by === 'string' ? by : '',
        facts: describeFacts(rest, texts),
      };
    }
    case 'program': {
      const { level, event, message, detail } = happened.line;
      const sign =
        level === 'error'
          ? { kind: 'bad' as const, icon: 'alert', text: t('events.sign-error') }
          : { kind: 'wait' as const, icon: 'alert', text: t('events.sign-warning') };
      return {
        key,
        at,
        sign,
        text: has(`log.${event}`) ? t(`log.${event}`) : message,
        mac: null,
        isKnown: false,
        about: t('events.program'),
        who: '',
        facts: describeFacts({ event, ...detail }, texts),
      };
    }
    default:
      return happened satisfies never;
  }

  function aboutPhone(mac: string) {
    const device = office.findDevice(mac as Parameters<Office['findDevice']>[0]);
    if (device === undefined) return { isKnown: false, about: '' };
    const [number] = device.extensions;
    const name = number === undefined ? '' : (office.findExtension(number)?.displayName ?? '');
    const vendor = device.vendorId === null ? '' : (vendorById(device.vendorId)?.name ?? '');
    const words = [number ?? '', name === number ? '' : name].filter(Boolean).join(' ');
    return { isKnown: true, about: words === '' ? [vendor, device.model ?? ''].filter(Boolean).join(' ') : words };
  }
}
