import { type AccessEvidence, checkOrigin, type Identity, type NeighbourProof } from './check-origin.ts';
import { formatMacAddress, type MacAddress } from './mac-address.ts';
import { type Note, note } from './note.ts';
import { err } from './result.ts';

export type { NeighbourProof } from './check-origin.ts';

/** Names of makes, for people; null: not known. */
export interface MakerEvidence {
  /** What the phone was approved as. */
  readonly approved: string;
  readonly byPrefix: string | null;
  readonly byUserAgent: string | null;
}

export interface IdentityEvidence {
  /** The phone that the secret belongs to. */
  readonly device: MacAddress;
  readonly neighbour: NeighbourProof;
  /** The MAC that the file name holds, and the one that the User-Agent ends with; undefined: none. */
  readonly inPath: MacAddress | undefined;
  readonly inUserAgent: MacAddress | undefined;
  /** Whom the last SUBSCRIBE from that address spoke for; undefined: none came lately. */
  readonly inSip?: MacAddress | undefined;
  /** Proved by a client certificate of an authority that the site trusts; null: none was shown. */
  readonly inCertificate?: MacAddress | null;
  readonly maker?: MakerEvidence;
  readonly access?: AccessEvidence;
}

/**
 * May this request have the device's secrets? All that is known of the requester must agree; a contradiction is a refusal.
 * The neighbour table and the client certificate are proofs; the MACs in the path, the User-Agent and SIP are claims.
 */
export function checkIdentity(evidence: IdentityEvidence): Identity {
  const { device, maker } = evidence;
  const reason = findFalseName(evidence) ?? (maker && findOtherMaker(device, maker));
  return reason === undefined ? checkOrigin(evidence) : err({ reason });
}

function findFalseName(evidence: IdentityEvidence): Note | undefined {
  const { device, neighbour, inPath, inUserAgent, inSip, inCertificate = null } = evidence;
  const names = (mac: MacAddress) => ({ other: formatMacAddress(mac), own: formatMacAddress(device) });
  if (inPath !== undefined && inPath !== device) {
    return note(
      'reason.file-of-other',
      'the file asked for is that of {other}, the URL is that of {own}',
      names(inPath),
    );
  }
  if (inUserAgent !== undefined && inUserAgent !== device) {
    return note('reason.says-other', 'the User-Agent says {other}, the file is that of {own}', names(inUserAgent));
  }
  if (inCertificate !== null && inCertificate !== device) {
    return note(
      'reason.certificate-of-other',
      'the client certificate is that of {other}, the file is that of {own}',
      names(inCertificate),
    );
  }
  if (neighbour.kind === 'mac' && neighbour.mac !== device) {
    return note(
      'reason.sent-by-other',
      'the request came from {other} by the neighbour table, the file is that of {own}',
      names(neighbour.mac),
    );
  }
  // Many simulated phones share the loopback address.
  if (inSip !== undefined && inSip !== device && neighbour.kind !== 'loopback') {
    return note(
      'reason.asked-as-other',
      'the last SUBSCRIBE from the same address was in the name of {other}, the file is that of {own}',
      names(inSip),
    );
  }
  return undefined;
}

/**
 * A person may approve a phone as another make than its MAC prefix says (docs/decisions/0010): then the phone itself must say so
 * as well. A prefix that nobody knows contradicts nothing.
 */
function findOtherMaker(device: MacAddress, { approved, byPrefix, byUserAgent }: MakerEvidence): Note | undefined {
  if (byUserAgent !== null && byUserAgent !== approved) {
    return note(
      'reason.agent-of-other-make',
      'the User-Agent is that of a {other} phone, the file is for one of {own}',
      { other: byUserAgent, own: approved },
    );
  }
  if (byPrefix !== null && byPrefix !== approved && byUserAgent !== approved) {
    return note(
      'reason.prefix-of-other-make',
      '{mac} is an address of {other}, and the User-Agent does not say that this is a {own} phone',
      { mac: formatMacAddress(device), other: byPrefix, own: approved },
    );
  }
  return undefined;
}
