import { PHONE_LOGINS } from '../core/check-access.ts';
import { FILTER_ACTIONS, FILTER_PROTOCOLS, MOST_FILTER_RULES } from '../core/check-filter-rules.ts';
import type { Site } from '../core/site.ts';
import type { PhoneLogin } from '../core/trust.ts';
import { vendors } from '../vendors/all.ts';
import { findLogIn } from '../vendors/find-log-in.ts';
import type { Texts } from './message-set.ts';
import type { Form } from './read-form.ts';
import { type FilterRow, showRule, type TrustForm } from './read-trust-form.ts';

/** A form as somebody sent it, to be shown again. */
export interface TypedTrustForm {
  readonly form: Form;
  readonly read: TrustForm;
}

/** The rules as a form: what is kept, or what was typed with what is wrong about it. */
export function buildTrustForm({ trust, revision }: Site, { t }: Texts, typed?: TypedTrustForm) {
  const { faults = {} } = typed?.read ?? {};
  const rows = typed?.read.rows ?? trust.rules.map(showRule);
  const spare = Math.max(-1, ...rows.map(({ index }) => index)) + 1;
  const field = (name: string, value: string) => ({
    name,
    id: name.replaceAll('.', '-'),
    value,
    error: faults[name] ?? '',
  });

  function buildRow(row: FilterRow, number: number, isNew: boolean) {
    const { index, action, network, protocol, note } = row;
    return {
      index,
      number,
      isNew,
      isFirst: number === 1,
      isLast: number === rows.length,
      action: field(`filter.${index}.action`, action),
      actions: FILTER_ACTIONS.map((value) => ({ value, text: t(`trust.action-${value}`), isChosen: value === action })),
      network: field(`filter.${index}.network`, network),
      protocol: field(`filter.${index}.protocol`, protocol),
      protocols: FILTER_PROTOCOLS.map((value) => ({
        value,
        text: t(`trust.protocol-${value}`),
        isChosen: value === protocol,
      })),
      note: field(`filter.${index}.note`, note),
    };
  }

  return {
    revision: typed?.form.get('revision') || String(revision),
    isUnsaved: typed !== undefined,
    rows: [
      ...rows.map((row, position) => buildRow(row, position + 1, false)),
      // There is always an empty one to fill in.
      ...(rows.length < MOST_FILTER_RULES ? [buildRow(emptyRow(spare), rows.length + 1, true)] : []),
    ],
    all: faults.filter ?? '',
    quarantine: typed === undefined ? trust.quarantine : typed.form.has('quarantine'),
    access: [
      {
        field: field('handOverMinutes', typed?.form.get('handOverMinutes') ?? String(trust.handOverMinutes)),
        label: t('trust.hand-over-minutes'),
        help: t('trust.hand-over-help'),
        most: 6,
        hint: '0',
      },
      {
        field: field('routedNetworks', typed?.form.get('routedNetworks') ?? trust.routedNetworks.join(', ')),
        label: t('trust.routed-networks'),
        help: t('trust.routed-help'),
        most: 1_000,
        hint: '10.9.0.0/16, 10.10.0.0/16',
      },
    ],
    login: buildLogin(typed?.form.get('phoneLogin') ?? trust.phoneLogin, t),
    faultCount: Object.keys(faults).length,
  };
}

/** The choices, and for each the makes that are not asked. */
function buildLogin(chosen: string, t: Texts['t']) {
  const names = (scheme: PhoneLogin) =>
    vendors.filter((vendor) => findLogIn(vendor, scheme) === undefined).map(({ name }) => name);
  return {
    choices: PHONE_LOGINS.map((value) => ({
      value,
      text: t(`trust.phone-login-${value}`),
      isChosen: value === chosen,
    })),
    leftOut: (['basic', 'digest'] as const).flatMap((scheme) => {
      const left = names(scheme).join(', ');
      const spelled = scheme === 'basic' ? 'Basic' : 'Digest';
      return left === '' ? [] : [t('trust.phone-login-not', { names: left, scheme: spelled })];
    }),
  };
}

function emptyRow(index: number): FilterRow {
  return { index, action: 'allow', network: '', protocol: 'both', note: '' };
}
