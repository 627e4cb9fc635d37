import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import Handlebars from 'handlebars';
import { formatMacAddress, type MacAddress } from '../core/mac-address.ts';
import { ROLES, type Role } from '../http/web-doors.ts';
import type { AssetFiles } from './asset-files.ts';
import type { TimeWords } from './format-times.ts';
import type { MessageParameters, Texts } from './message-set.ts';
import { SHIPPED_FILES } from './shipped-files.ts';

/** What the helpers know beside the model. */
export interface ViewContext {
  readonly texts: Texts;
  readonly times: TimeWords;
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly csrf: string;
  /** Null: nobody is logged in. */
  readonly role: Role | null;
}

export interface ViewSet {
  readonly names: readonly string[];
  /** HTML of a view of views/, or of a part of views/parts/ under its name. Throws when the model lacks what the view names. */
  render(view: string, model: object, context: ViewContext): string;
}

type Helper = (this: unknown, ...args: unknown[]) => unknown;

/** Compiles views/*.hbs and views/parts/*.hbs once. Every value is escaped for HTML; a name that the model lacks is an error. */
export function openViewSet(assets: AssetFiles, folder = join(SHIPPED_FILES, 'views')): ViewSet {
  const engine = Handlebars.create();
  const helpers = createHelpers(assets);
  engine.registerHelper(helpers);
  const options = {
    strict: true,
    knownHelpersOnly: true,
    knownHelpers: Object.fromEntries(Object.keys(helpers).map((name) => [name, true])),
  };
  const views = new Map<string, ReturnType<typeof engine.compile>>();
  for (const [place, isPart] of [
    [join(folder, 'parts'), true],
    [folder, false],
  ] as const) {
    for (const file of readdirSync(place).filter((name) => name.endsWith('.hbs'))) {
      const name = file.slice(0, -'.hbs'.length);
      if (views.has(name)) throw new Error(`there are two views named ${name}`);
      const view = engine.compile(readFileSync(join(place, file), 'utf8'), options);
      views.set(name, view);
      if (isPart) engine.registerPartial(name, view);
    }
  }
  return {
    names: [...views.keys()],
    render(name, model, context) {
      const view = views.get(name);
      if (view === undefined) throw new Error(`there is no view named ${name}`);
      return view(model, { data: { context } });
    },
  };
}

function createHelpers(assets: AssetFiles): Record<string, Helper> {
  const html = (text: string) => new Handlebars.SafeString(text);
  const safe = Handlebars.escapeExpression;
  return {
    /** {{t 'phones.waiting' count=2}} */
    t(key, options) {
      return contextOf(options).texts.t(String(key), hashOf(options));
    },
    /** {{time at}}: relative, exact on hover, kept fresh by plugtone.js; {{time at 'until'}}: of what is to come; {{time at 'short'}}: on the clock. */
    time(at, ...rest) {
      const { times, now } = contextOf(rest.at(-1));
      if (typeof at !== 'number') return '';
      const style = rest.length > 1 ? rest[0] : 'relative';
      const text =
        style === 'short' ? times.short(at, now) : style === 'seconds' ? times.seconds(at) : times.relative(at, now);
      const live = style === 'relative' ? ' data-relative' : style === 'until' ? ' data-relative="until"' : '';
      return html(
        `<time datetime="${new Date(at).toISOString()}" title="${safe(times.exact(at))}"${live}>${safe(text)}</time>`,
      );
    },
    /** {{grouped mac}}: in pairs, monospace. */
    grouped(mac) {
      return html(`<span class="mac">${safe(formatMacAddress(String(mac) as MacAddress))}</span>`);
    },
    /** {{icon 'check'}}: from assets/icons.svg; the words beside it say the same, so it is hidden from screen readers. */
    icon(name) {
      return html(
        `<svg class="icon" aria-hidden="true" focusable="false"><use href="${assets.url('icons.svg')}#${safe(String(name))}"/></svg>`,
      );
    },
    /** {{asset 'plugtone.css'}}: address with the content's digest. */
    asset: (name) => assets.url(String(name)),
    /** {{csrf}}: the hidden field of every form. */
    csrf(options) {
      return html(`<input type="hidden" name="_csrf" value="${safe(contextOf(options).csrf)}">`);
    },
    /** {{#if (may 'technician')}} */
    may(role, options) {
      const { role: own } = contextOf(options);
      return own !== null && ROLES.indexOf(own) >= ROLES.indexOf(role as Role);
    },
    eq: (a, b) => a === b,
    not: (value) => !value,
    or: (a, b) => Boolean(a) || Boolean(b),
    and: (a, b) => Boolean(a) && Boolean(b),
    /** {{join list ', '}} */
    join: (list, separator) => (Array.isArray(list) ? list.join(String(separator)) : ''),
  };
}

function contextOf(options: unknown): ViewContext {
  return (options as { readonly data: { readonly context: ViewContext } }).data.context;
}

function hashOf(options: unknown): MessageParameters {
  return (options as { readonly hash: MessageParameters }).hash;
}
