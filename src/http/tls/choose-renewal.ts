import type { CertificateFacts } from '../../core/certificate.ts';
import type { ServerNames } from './certificate-maker.ts';
import { findMissingNames } from './choose-server-names.ts';

const DAY_MS = 86_400_000;

/** Renewed in its last month: nobody has to do anything for it, and an appliance may have been off for some weeks. */
const SERVER_SPARE_MS = 30 * DAY_MS;

/** An authority that ends sooner signs nothing any more: everybody will have to install the next one. */
const AUTHORITY_SPARE_MS = 60 * DAY_MS;

/** `kept`: what there is of our own. */
export function chooseRenewal(
  kept: { readonly authority: CertificateFacts; readonly server: CertificateFacts } | undefined,
  wanted: ServerNames,
  now: number,
): 'keep' | 'server' | 'both' {
  if (kept === undefined || kept.authority.until - now < AUTHORITY_SPARE_MS) return 'both';
  const { server } = kept;
  // A clock that was set back makes what is there begin in the future.
  if (server.until - now < SERVER_SPARE_MS || server.from > now) return 'server';
  return findMissingNames(wanted, server.names).length > 0 ? 'server' : 'keep';
}
