import type { ExternalAddress } from '../flows/internet-facts.ts';
import type { Texts } from './message-set.ts';

/** The header's word on the Internet. The sign's shape says what its colour says. */
export interface InternetSign {
  readonly kind: 'good' | 'wait' | 'bad' | 'quiet';
  readonly sign: '●' | '◐' | '▲' | '○';
  readonly text: string;
}

export function buildInternetSign({ address, readings, isDisputed }: ExternalAddress, { t }: Texts): InternetSign {
  const deciding = readings.find(({ decides }) => decides);
  if (address !== null) {
    const isDoubtful = isDisputed || (deciding?.problem ?? null) !== null;
    return isDoubtful ? { kind: 'wait', sign: '◐', text: address } : { kind: 'good', sign: '●', text: address };
  }
  const isHidden = deciding?.address != null && deciding.kind !== null && deciding.kind !== 'public';
  if (isHidden) return { kind: 'bad', sign: '▲', text: t('internet.sign-not-public') };
  return { kind: 'quiet', sign: '○', text: t('internet.sign-unknown') };
}
