import { checkAccess, LONGEST_HAND_OVER_MINUTES, MOST_ROUTED_NETWORKS, PHONE_LOGINS } from '../core/check-access.ts';
import { parseNetwork } from '../core/parse-network.ts';
import type { PhoneLogin } from '../core/trust.ts';
import type { Texts } from './message-set.ts';
import type { Form } from './read-form.ts';

interface Access {
  readonly handOverMinutes?: number;
  readonly routedNetworks?: string[];
  readonly phoneLogin?: PhoneLogin;
}

/** For how long files are handed over, to which networks behind routers, and whether phones log in; a field that the form does not have is left alone. */
export function readAccessFields(
  form: Form,
  { t }: Texts,
): { readonly settings: Access; readonly faults: Readonly<Record<string, string>> } {
  const minutes = form.get('handOverMinutes').trim();
  // Nothing is 0, as it is where nobody typed; what is no number is a fault.
  const handOverMinutes = /^\d{0,6}$/.test(minutes) ? Number(minutes) : Number.NaN;
  const routedNetworks = form
    .get('routedNetworks')
    .split(/[\s,;]+/)
    .filter((network) => network !== '');
  const faults: Record<string, string> = {};
  // A choice that is none comes from no form of ours, and changes nothing.
  const phoneLogin = PHONE_LOGINS.find((login) => login === form.get('phoneLogin'));
  for (const { where, kind, saw } of checkAccess({
    handOverMinutes,
    routedNetworks,
    phoneLogin: phoneLogin ?? 'none',
  })) {
    const [field = '', index] = where.split('.');
    const network = parseNetwork(routedNetworks[Number(index)] ?? '')?.text ?? '';
    const want =
      field === 'handOverMinutes'
        ? t('trust.want-minutes', { most: LONGEST_HAND_OVER_MINUTES })
        : index === undefined
          ? t('trust.want-networks', { most: MOST_ROUTED_NETWORKS })
          : t(`trust.want-${kind}`, { network });
    faults[field] ??= t('settings.wrong', { saw: field === 'handOverMinutes' ? JSON.stringify(minutes) : saw, want });
  }
  const settings = {
    ...(form.has('handOverMinutes') && { handOverMinutes }),
    ...(form.has('routedNetworks') && { routedNetworks }),
    ...(phoneLogin !== undefined && { phoneLogin }),
  };
  return { settings, faults };
}
