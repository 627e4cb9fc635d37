import Handlebars from 'handlebars';
import { err, ok, type Result } from '../core/result.ts';
import { checkTemplate, type TemplateFault } from './check-template.ts';
import type { PhoneView } from './phone-view.ts';

export type Template = (view: PhoneView) => Result<string, TemplateFault>;

/** Its own instance: nothing that is registered elsewhere reaches a template. */
const engine = Handlebars.create();

/** Compiles strictly and without HTML escaping, tries the template once with the sample, and finds names that do not exist. */
export function compileTemplate(text: string, sample: PhoneView): Result<Template, TemplateFault> {
  let run: ReturnType<typeof engine.compile>;
  try {
    const program = engine.parse(text);
    const fault = checkTemplate(program, sample);
    if (fault !== undefined) return err(fault);
    run = engine.compile(program, { strict: true, knownHelpersOnly: true, noEscape: true });
  } catch (error) {
    return err(readFault(error));
  }
  const template: Template = (view) => {
    try {
      return ok(run(view));
    } catch (error) {
      return err(readFault(error));
    }
  };
  const tried = template(sample);
  return tried.ok ? ok(template) : tried;
}

/** Handlebars says the line in a field, behind a dash, or within the sentence. Its excerpt of the text is left out: it may hold a secret. */
function readFault(error: unknown): TemplateFault {
  const message = error instanceof Error ? error.message : String(error);
  const line = /^Parse error on line (\d+)/.exec(message)?.[1] ?? / - (\d+):\d+$/.exec(message)?.[1];
  const lines = message.split('\n');
  const reason = (lines.length > 1 ? lines.at(-1) : message.replace(/ - \d+:\d+$/, '')) ?? '';
  return { line: Number(line ?? 0), reason: reason.replace('[object Object]', 'the view') };
}
