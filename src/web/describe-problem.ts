import { formatMacAddress } from '../core/mac-address.ts';
import type { ApproveProblem } from '../flows/approve-device.ts';
import type { DeviceProblem } from '../flows/decide-device.ts';
import type { Texts } from './message-set.ts';

/** What a flow refused, in the reader's language: what was seen, what was wanted, what to do. */
export function describeProblem({ t }: Texts, problem: ApproveProblem | DeviceProblem): string {
  switch (problem.kind) {
    case 'no-such-device':
      return t('problem.no-such-device', { mac: formatMacAddress(problem.mac) });
    case 'not-approved':
      return t('problem.not-approved', { mac: formatMacAddress(problem.mac) });
    case 'never-seen':
      return t('problem.never-seen', { mac: formatMacAddress(problem.mac) });
    case 'vendor-unknown':
      return t('problem.vendor-unknown');
    case 'no-such-vendor':
      return t('problem.no-such-vendor', { saw: problem.saw });
    case 'bad-extension':
      return problem.saw === ''
        ? t('problem.no-extension')
        : t('problem.bad-extension', { saw: problem.saw.slice(0, 40) });
    case 'extension-taken':
      return t('problem.extension-taken', { extension: problem.extension, mac: formatMacAddress(problem.by) });
    case 'too-many-extensions':
      return t('problem.too-many-extensions', { model: problem.model, count: problem.lines, saw: problem.saw });
    default:
      return problem satisfies never;
  }
}
