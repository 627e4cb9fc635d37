import { type Note, note } from '../core/note.ts';
import type { NoSuchTimeZone } from '../core/time-zones.ts';
import type { ViewProblem } from './build-phone-view.ts';
import type { ValueNotWritable } from './escape.ts';
import type { TemplateProblem } from './template-set.ts';

/** Why a phone's file cannot be made. None of these holds a secret. */
export type RenderProblem =
  | { readonly kind: 'no-such-file'; readonly vendor: string; readonly file: string; readonly known: readonly string[] }
  | { readonly kind: 'device-not-approved'; readonly device: string }
  | { readonly kind: 'no-such-extension'; readonly device: string; readonly extension: string }
  | (NoSuchTimeZone & { readonly device: string })
  | (ViewProblem & { readonly device: string })
  | (ValueNotWritable & { readonly device: string; readonly file: string })
  | TemplateProblem;

/** One sentence for people. */
export function noteRenderProblem(problem: RenderProblem): Note {
  switch (problem.kind) {
    case 'no-such-file':
      return note('render.no-such-file', '{vendor} has no file "{file}"; known are {known}', {
        vendor: problem.vendor,
        file: problem.file,
        known: problem.known.join(', '),
      });
    case 'device-not-approved':
      return note('render.not-approved', '{device} is not approved', { device: problem.device });
    case 'no-such-extension':
      return note('render.no-such-extension', '{device} is meant to have extension {extension}, which does not exist', {
        device: problem.device,
        extension: problem.extension,
      });
    case 'no-such-time-zone':
      return problem.near.length === 0
        ? note('render.no-time-zone', '"{saw}" is no time zone', { saw: problem.saw })
        : note('render.no-time-zone-near', '"{saw}" is no time zone; near it are {near}', {
            saw: problem.saw,
            near: problem.near.join(', '),
          });
    case 'too-many-extensions': {
      const { device, extensions, model, lines } = problem;
      const says = '{device} is meant to have {extensions} extensions, but a {model} has {count} ';
      const values = { device, extensions, model, count: lines };
      return note('render.too-many-extensions', `${says}${lines === 1 ? 'line' : 'lines'}`, values);
    }
    case 'no-console-password':
      return note('render.no-console-password', '{device} cannot get a console password: {why}', {
        device: problem.device,
        why: CONSOLE_REASONS[problem.policy],
      });
    case 'no-codec':
      return note(
        'render.no-codec',
        'the codecs of {device} cannot be set: saw {wanted}, wanted at least one that {vendor} knows: {known}',
        {
          device: problem.device,
          wanted: problem.wanted.join(', ') || 'none',
          vendor: problem.vendor,
          known: problem.known.join(', '),
        },
      );
    case 'value-not-writable':
      return note('render.not-writable', 'the {field} of {device} cannot be written into {file}: {why}', {
        field: noteField(problem.field),
        device: problem.device,
        file: problem.file,
        why: problem.reason,
      });
    case 'template-broken':
      return problem.line > 0
        ? note('render.template-broken-in-line', 'the template {template} is broken in line {line}: {why}', {
            template: problem.template,
            line: problem.line,
            why: problem.reason,
          })
        : note('render.template-broken', 'the template {template} is broken: {why}', {
            template: problem.template,
            why: problem.reason,
          });
    case 'override-broken':
      return note('render.override-broken', '{file} is broken: {why}', { file: problem.file, why: problem.reason });
    default:
      return problem satisfies never;
  }
}

/** The same in English. */
export function describeRenderProblem(problem: RenderProblem): string {
  return noteRenderProblem(problem).text;
}

const CONSOLE_REASONS = {
  same: note('console-password.same', 'it follows the password of line 1, and the phone has no extension'),
  one: note('console-password.of-site', "the site's console password is not set"),
  random: note('console-password.random', 'none was drawn for this phone'),
} as const;

/** What a person can change; the names of all else are those of the view. */
const FIELDS: Readonly<Record<string, string>> = {
  number: 'number',
  displayName: 'display name',
  authName: 'auth name',
  password: 'password',
  voicemail: 'voicemail',
};

/** `accounts[0].displayName` → `display name of line 1`. */
function noteField(field: string): Note | string {
  const [, index, name = ''] = /^accounts\[(\d+)\]\.(.+)$/.exec(field) ?? [];
  if (index === undefined) return field.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  return note('field.of-line', '{field} of line {line}', { field: noteAccountField(name), line: Number(index) + 1 });
}

/** A field of an account, as forms call it. */
export function noteAccountField(name: string): Note | string {
  const english = FIELDS[name];
  return english === undefined ? name : note(`field.${name}`, english);
}
