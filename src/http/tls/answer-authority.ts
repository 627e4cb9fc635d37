import { createHash } from 'node:crypto';
import type { ConfigReply, ConfigRequest } from '../../flows/serve-config.ts';
import { AUTHORITY_FILES } from '../../render/server-address.ts';
import { readDer } from './read-certificate.ts';

const FOLDER = 'ca/';

/**
 * The certificate of the site's own authority, which is no secret, for whichever phone asks: by the URL in its file, or, under the
 * token, by its name beside the phone's files. Undefined: something else was asked for. `pem`: null where there is none.
 */
export function answerAuthority(
  { token, path, hasAlready }: Pick<ConfigRequest, 'token' | 'path' | 'hasAlready'>,
  pem: string | null,
): ConfigReply | undefined {
  if (pem === null) return undefined;
  const { pem: pemName, der: derName } = AUTHORITY_FILES;
  const isPem = path === (token === null ? `${FOLDER}${pemName}` : pemName);
  if (!isPem && (token !== null || path !== `${FOLDER}${derName}`)) return undefined;
  const bytes = isPem ? Buffer.from(pem) : readDer(pem);
  const etag = `"${createHash('sha256').update(bytes).digest('hex')}"`;
  // As at people's server, /ca.
  const contentType = isPem ? 'application/x-pem-file' : 'application/x-x509-ca-cert';
  return { kind: 'file', bytes, contentType, etag, isKnown: hasAlready?.(etag) === true };
}
