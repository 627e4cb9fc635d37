/**
 * What is wrong with a field. number: it is none that may be. needed: another field asks for it. name: it is nobody's name or address.
 * network: it is none. host-bits: it has bits behind its prefix. rules: there are too many. note: it is too long or has more than one line.
 */
export type TrustFaultKind = 'number' | 'needed' | 'name' | 'network' | 'host-bits' | 'rules' | 'note';

export interface TrustFault {
  /** Within the settings (`nightlyBackupsKept`, `rules.0.network`), or `backupPassphrase` beside them. */
  readonly where: string;
  readonly kind: TrustFaultKind;
  readonly saw: string;
  readonly wanted: string;
}
