/** What is wrong with a field. number: it is none that may be. needed: another field asks for it. */
export type TrustFaultKind = 'number' | 'needed';

export interface TrustFault {
  /** Within the settings (`nightlyBackupsKept`, `rules.0.network`), or `backupPassphrase` beside them. */
  readonly where: string;
  readonly kind: TrustFaultKind;
  readonly saw: string;
  readonly wanted: string;
}
