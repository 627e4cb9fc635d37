import type { ApproveProblem } from '../flows/approve-device.ts';
import type { BackupProblem } from '../flows/backups.ts';
import type { ExtensionProblem } from '../flows/change-extension.ts';
import type { DeviceProblem } from '../flows/decide-device.ts';
import type { OverrideProblem } from '../flows/override-editor.ts';
import type { PeopleProblem } from '../flows/people.ts';
import type { PreviewProblem } from '../flows/preview-config.ts';
import type { ProbeProblem } from '../flows/probe-sip-server.ts';
import type { InputError } from './format-input-errors.ts';

export type ProblemKind =
  | ApproveProblem['kind']
  | BackupProblem['kind']
  | DeviceProblem['kind']
  | ExtensionProblem['kind']
  | OverrideProblem['kind']
  | PreviewProblem['kind']
  | PeopleProblem['kind']
  | ProbeProblem['kind']
  | 'forged-request'
  | 'no-session'
  | 'invalid-input'
  | 'body-is-not-json'
  | 'body-too-large'
  | 'unsupported-media-type'
  | 'unauthorized'
  | 'forbidden'
  | 'no-such-address'
  | 'method-not-allowed'
  | 'bad-request'
  | 'no-list'
  | 'rows-refused'
  | 'no-such-token'
  | 'not-in-quarantine'
  | 'too-many-listeners'
  | 'changed-meanwhile'
  | 'store-unavailable'
  | 'internal-error';

export interface HttpProblem {
  readonly kind: ProblemKind;
  /** One sentence for people: what was seen, what was wanted. Never a secret. */
  readonly detail: string;
  /** Field by field, where a request was not understood. */
  readonly errors?: readonly InputError[];
  readonly headers?: Readonly<Record<string, string>>;
}

/** RFC 9457 3. `type` is a name, not an address: an appliance has no place on the Internet where it could explain itself. */
export interface ProblemDocument {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly errors?: readonly InputError[];
}

export interface ProblemReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly document: ProblemDocument;
}

export const PROBLEM_CONTENT_TYPE = 'application/problem+json';

/** 409: the request is sound, and the state of things is against it. */
const ANSWERS: Readonly<Record<ProblemKind, { readonly status: number; readonly title: string }>> = {
  'invalid-input': { status: 400, title: 'The request is not as it should be' },
  'bad-request': { status: 400, title: 'The request is not as it should be' },
  'body-is-not-json': { status: 400, title: 'The body is not JSON' },
  'override-not-sound': { status: 400, title: 'The file is not sound' },
  'no-list': { status: 400, title: 'Not a list of phones' },
  'bad-extension': { status: 400, title: 'Not an extension' },
  'no-such-vendor': { status: 400, title: 'Vendor not known' },
  'bad-user-name': { status: 400, title: 'Not a user name' },
  'weak-passphrase': { status: 400, title: 'The passphrase will not do' },
  'weak-password': { status: 400, title: 'The password will not do' },
  unauthorized: { status: 401, title: 'Not logged in' },
  'log-in-refused': { status: 401, title: 'Log-in refused' },
  'wrong-password': { status: 403, title: 'The old password is wrong' },
  'setup-code-wrong': { status: 403, title: 'The setup code is wrong' },
  'forged-request': { status: 403, title: 'The request may be forged' },
  forbidden: { status: 403, title: 'Not allowed for this role' },
  'no-such-address': { status: 404, title: 'No such address' },
  'no-such-device': { status: 404, title: 'Phone not known' },
  'no-such-extension': { status: 404, title: 'Extension not known' },
  'no-such-file': { status: 404, title: 'No such file' },
  'no-such-user': { status: 404, title: 'User not known' },
  'no-such-session': { status: 404, title: 'Session not known' },
  'no-such-override': { status: 404, title: 'No such file' },
  'not-in-quarantine': { status: 404, title: 'Not in quarantine' },
  'no-such-backup': { status: 404, title: 'No such backup' },
  'no-such-token': { status: 404, title: 'Token not known' },
  'method-not-allowed': { status: 405, title: 'Method not allowed' },
  'vendor-unknown': { status: 409, title: 'The maker of the phone is not known' },
  'extension-taken': { status: 409, title: 'The extension is on another phone' },
  'too-many-extensions': { status: 409, title: 'More extensions than lines' },
  'not-approved': { status: 409, title: 'The phone is not approved' },
  'never-seen': { status: 409, title: 'The phone has not shown itself yet' },
  'extension-in-use': { status: 409, title: 'The extension is in use' },
  'account-not-writable': { status: 409, title: 'The phone cannot be told this' },
  'file-cannot-be-made': { status: 409, title: 'The file cannot be made' },
  'changed-meanwhile': { status: 409, title: 'Changed meanwhile' },
  'store-unavailable': { status: 503, title: 'Nothing can be stored now' },
  'rows-refused': { status: 409, title: 'Nothing was imported' },
  'name-taken': { status: 409, title: 'The name is taken' },
  'own-password': { status: 409, title: 'The own password is changed with the old one' },
  'last-administrator': { status: 409, title: 'No administrator would be left' },
  'administrator-first': { status: 409, title: 'No administrator would be there' },
  'already-set-up': { status: 409, title: 'Set up already' },
  'no-backup-passphrase': { status: 409, title: 'There is no passphrase' },
  'backup-running': { status: 409, title: 'A backup is being made already' },
  'no-session': { status: 409, title: 'There is no session' },
  'body-too-large': { status: 413, title: 'The body is too large' },
  'unsupported-media-type': { status: 415, title: 'The body is not of a type we read' },
  'too-many-attempts': { status: 429, title: 'Too many attempts' },
  'too-many-probes': { status: 429, title: 'Too many probes' },
  'file-trouble': { status: 500, title: 'A file cannot be read or written' },
  'backup-failed': { status: 500, title: 'The backup was not made' },
  'internal-error': { status: 500, title: 'Something is broken here' },
  'too-many-listeners': { status: 503, title: 'Too many listeners' },
};

/** The one place that knows how a problem looks from outside. */
export function problemToReply({ kind, detail, errors, headers = {} }: HttpProblem): ProblemReply {
  const { status, title } = ANSWERS[kind];
  const type = `urn:problem-type:plugtone:${kind}`;
  return {
    status,
    headers: status === 401 ? { ...headers, 'www-authenticate': 'Bearer realm="Plugtone"' } : headers,
    document: { type, title, status, detail, ...(errors === undefined ? {} : { errors }) },
  };
}

/** A problem of a flow, with the flow's own sentence. */
export function problemOf<P extends { readonly kind: ProblemKind }>(
  problem: P,
  describe: (problem: P) => string,
): HttpProblem {
  return { kind: problem.kind, detail: describe(problem) };
}

/** Missing and bad tokens and sessions are answered alike: nobody learns which it was. */
export const UNAUTHORIZED: HttpProblem = {
  kind: 'unauthorized',
  detail:
    'This address wants the header "Authorization: Bearer <token>" with a token that is valid here, or the cookie of a ' +
    'session that has not ended.',
};

/** What went wrong inside is in the log, not in the answer. */
export const INTERNAL_ERROR: HttpProblem = {
  kind: 'internal-error',
  detail: 'The request could not be answered. The log says why.',
};

/** Sentences for what Fastify itself refuses, by its error code; its own messages may quote the request. */
export function readFrameworkProblem(code: string, status: number): HttpProblem {
  switch (code) {
    case 'FST_ERR_CTP_INVALID_JSON_BODY':
      return { kind: 'body-is-not-json', detail: 'The body was read as JSON and is none.' };
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return { kind: 'body-too-large', detail: 'The body is larger than any that means something here.' };
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return { kind: 'unsupported-media-type', detail: 'The body was wanted as application/json.' };
    case 'FST_ERR_BAD_URL':
      return { kind: 'bad-request', detail: 'The address has a percent sign that is not followed by two hex digits.' };
    default:
      if (status >= 400 && status < 500)
        return { kind: 'bad-request', detail: `The request was not understood (${code}).` };
      return INTERNAL_ERROR;
  }
}
