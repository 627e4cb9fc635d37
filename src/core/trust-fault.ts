/** What is wrong with a field. number: it is none that may be. needed: another field asks for it. name: it is nobody's name or address. */
export type TrustFaultKind = 'number' | 'needed' | 'name';

export interface TrustFault {
  /** Within the settings (`nightlyBackupsKept`, `rules.0.network`), or `backupPassphrase` beside them. */
  readonly where: string;
  readonly kind: TrustFaultKind;
  readonly saw: string;
  readonly wanted: string;
}
