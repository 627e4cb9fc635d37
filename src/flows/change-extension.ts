import { drawPassword } from '../core/draw-password.ts';
import { EXTENSION_NUMBER, type Extension } from '../core/extension.ts';
import type { MacAddress } from '../core/mac-address.ts';
import { err, ok, type Result } from '../core/result.ts';
import { Secret } from '../core/secret.ts';
import { checkCarriers, type NotCarried, noteNotCarried } from './check-carriers.ts';
import type { Office } from './office.ts';

/** What may be said of an extension; what is left out keeps its value. */
export interface ExtensionPatch {
  readonly displayName?: string | undefined;
  readonly authName?: string | undefined;
  readonly password?: string | Secret | undefined;
  readonly voicemail?: string | undefined;
  /** BCP 47 primary tag; empty: the phone's or the site's own. */
  readonly language?: string | undefined;
}

export type ExtensionProblem =
  | { readonly kind: 'bad-extension'; readonly saw: string }
  | { readonly kind: 'no-such-extension'; readonly number: string }
  | { readonly kind: 'extension-in-use'; readonly number: string; readonly by: readonly MacAddress[] }
  | NotCarried;

export interface PutExtension {
  readonly extension: Extension;
  readonly created: boolean;
}

/** Makes or changes an extension. A new one without a password gets a drawn one. Putting the same again changes nothing. */
export function putExtension(
  office: Office,
  number: string,
  patch: ExtensionPatch,
  actor: string,
  now: number,
): Promise<Result<PutExtension, ExtensionProblem>> {
  return office.exclusively(async () => {
    if (!EXTENSION_NUMBER.test(number)) return err({ kind: 'bad-extension', saw: number });
    const before = office.findExtension(number);
    const extension = applyPatch(number, before, patch);
    if (before !== undefined && sameExtension(before, extension)) return ok({ extension: before, created: false });
    const notCarried = checkCarriers(extension, office.holdersOf(number));
    if (notCarried !== undefined) return err(notCarried);
    const action = before === undefined ? 'extension.created' : 'extension.changed';
    const changed = Object.keys(patch).join(' ');
    await office.commit({
      extensions: [extension],
      audit: [{ at: now, actor, action, subject: number, detail: { changed } }],
    });
    return ok({ extension, created: before === undefined });
  });
}

/** Only an extension that is on no phone can go. */
export function removeExtension(
  office: Office,
  number: string,
  actor: string,
  now: number,
): Promise<Result<Extension, ExtensionProblem>> {
  return office.exclusively(async () => {
    const extension = office.findExtension(number);
    if (extension === undefined) return err({ kind: 'no-such-extension', number });
    const by = office.holdersOf(number).map(({ mac }) => mac);
    if (by.length > 0) return err({ kind: 'extension-in-use', number, by });
    const entry = { at: now, actor, action: 'extension.removed', subject: number, detail: {} };
    await office.commit({ removedExtensions: [number], audit: [entry] });
    return ok(extension);
  });
}

export function applyPatch(number: string, before: Extension | undefined, patch: ExtensionPatch): Extension {
  return {
    number,
    displayName: patch.displayName ?? before?.displayName ?? number,
    authName: patch.authName ?? before?.authName ?? number,
    password: readPassword(patch.password) ?? before?.password ?? new Secret(drawPassword()),
    voicemail: patch.voicemail ?? before?.voicemail ?? '',
    language: patch.language?.toLowerCase() ?? before?.language ?? '',
  };
}

function readPassword(password: string | Secret | undefined): Secret | undefined {
  return typeof password === 'string' ? new Secret(password) : password;
}

export function sameExtension(a: Extension, b: Extension): boolean {
  return (
    a.displayName === b.displayName &&
    a.authName === b.authName &&
    a.voicemail === b.voicemail &&
    a.language === b.language &&
    a.password.reveal() === b.password.reveal()
  );
}

/** One sentence for people. */
export function describeExtensionProblem(problem: ExtensionProblem): string {
  switch (problem.kind) {
    case 'bad-extension':
      return `"${problem.saw}" is not an extension: 1-32 characters of 0-9 A-Z a-z . _ + * # - were wanted.`;
    case 'no-such-extension':
      return `There is no extension ${problem.number}.`;
    case 'extension-in-use':
      return `Extension ${problem.number} is on ${problem.by.length} phone(s): ${problem.by.join(', ')}. Give them another one first.`;
    case 'account-not-writable':
      return noteNotCarried(problem).text;
    default:
      return problem satisfies never;
  }
}
