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
export function describeRenderProblem(problem: RenderProblem): string {
  switch (problem.kind) {
    case 'no-such-file':
      return `${problem.vendor} has no file "${problem.file}"; known are ${problem.known.join(', ')}`;
    case 'device-not-approved':
      return `${problem.device} is not approved`;
    case 'no-such-extension':
      return `${problem.device} is meant to have extension ${problem.extension}, which does not exist`;
    case 'no-such-time-zone': {
      const near = problem.near.length === 0 ? '' : `; near it are ${problem.near.join(', ')}`;
      return `"${problem.saw}" is no time zone${near}`;
    }
    case 'too-many-extensions': {
      const lines = problem.lines === 1 ? '1 line' : `${problem.lines} lines`;
      return `${problem.device} is meant to have ${problem.extensions} extensions, but a ${problem.model} has ${lines}`;
    }
    case 'no-console-password':
      return `${problem.device} cannot get a console password: ${CONSOLE_REASONS[problem.policy]}`;
    case 'no-codec':
      return (
        `the codecs of ${problem.device} cannot be set: saw ${problem.wanted.join(', ') || 'none'}, ` +
        `wanted at least one that ${problem.vendor} knows: ${problem.known.join(', ')}`
      );
    case 'value-not-writable':
      return `the ${describeField(problem.field)} of ${problem.device} cannot be written into ${problem.file}: ${problem.reason}`;
    case 'template-broken':
      return `the template ${problem.template} is broken${problem.line > 0 ? ` in line ${problem.line}` : ''}: ${problem.reason}`;
    case 'override-broken':
      return `${problem.file} is broken: ${problem.reason}`;
    default:
      return problem satisfies never;
  }
}

const CONSOLE_REASONS = {
  same: 'it follows the password of line 1, and the phone has no extension',
  one: "the site's console password is not set",
  random: 'none was drawn for this phone',
} as const;

/** `accounts[0].displayName` → `display name of line 1`. */
function describeField(field: string): string {
  const account = /^accounts\[(\d+)\]\.(.+)$/.exec(field);
  const name = (account?.[2] ?? field).replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  return account === null ? name : `${name} of line ${Number(account[1]) + 1}`;
}
