import { readSetting } from '../core/read-setting.ts';
import type { SettingName } from '../core/settings.ts';
import { PLAIN_TEXT } from '../http/schemas/common.ts';
import type { SiteBody } from '../http/schemas/site.ts';
import type { Form } from './read-form.ts';

/** The fields of the setup page, as they were typed. */
export const SETUP_FIELDS = [
  'code',
  'user',
  'password',
  'repeat',
  'siteName',
  'sipServer',
  'sipPort',
  'sipTransport',
  'timeZone',
  'language',
  'toneCountry',
  'ntpServer',
  'approval',
  'firstExtension',
  'lastExtension',
  'openPorts',
] as const;
export type SetupField = (typeof SETUP_FIELDS)[number];

export interface SetupForm {
  /** Without passwords: they are never sent back. */
  readonly values: Readonly<Record<SetupField, string>>;
  /** Message keys by field. */
  readonly errors: Partial<Readonly<Record<SetupField, string>>>;
  readonly password: string;
  /** As PUT /site takes it. */
  readonly site: SiteBody;
}

/** Message key of what a field wants. */
const WANTED = {
  sipServer: 'setup.wrong-host',
  sipPort: 'setup.wrong-port',
  sipTransport: 'setup.wrong-choice',
  timeZone: 'setup.wrong-zone',
  language: 'setup.wrong-choice',
  toneCountry: 'setup.wrong-choice',
  ntpServer: 'setup.wrong-host',
} as const satisfies Partial<Record<SettingName, string>>;

const ONE_LINE = new RegExp(PLAIN_TEXT);

/** Numbers that a range may span: it is walked one by one when an extension is drawn. */
const LONGEST_RANGE = 10_000;
const LONGEST_NAME = 100;

export function readSetupForm(form: Form): SetupForm {
  const values = Object.fromEntries(SETUP_FIELDS.map((name) => [name, form.get(name)])) as Record<SetupField, string>;
  const errors: Partial<Record<SetupField, string>> = {};
  // Not trimmed: a blank is a character like any other.
  const { password, repeat } = { password: form.raw('password'), repeat: form.raw('repeat') };
  if (password !== repeat) errors.repeat = 'setup.wrong-repeat';

  let settings: Readonly<Record<string, unknown>> = {};
  for (const [name, key] of Object.entries(WANTED) as [keyof typeof WANTED, string][]) {
    const text = values[name];
    // What is left empty keeps its default; a clock without a zone would be wrong everywhere.
    if (text === '' && name !== 'timeZone') continue;
    const read = readSetting(name, text);
    if (read.ok) settings = { ...settings, ...read.value.patch };
    else errors[name] = key;
  }
  if (values.siteName.length > LONGEST_NAME || !ONE_LINE.test(values.siteName)) errors.siteName = 'setup.wrong-name';

  const autoApprove = [];
  if (values.approval === 'range') {
    const [first, last] = [readExtension(values.firstExtension), readExtension(values.lastExtension)];
    if (first === undefined) errors.firstExtension = 'setup.wrong-extension';
    if (last === undefined) errors.lastExtension = 'setup.wrong-extension';
    if (first !== undefined && last !== undefined && (last < first || last - first >= LONGEST_RANGE)) {
      errors.lastExtension = 'setup.wrong-range';
    }
    const { firstExtension, lastExtension } = values;
    autoApprove.push({ vendorId: null, macPrefix: null, firstExtension, lastExtension, createExtensions: true });
  }
  const name = values.siteName === '' ? {} : { name: values.siteName };
  return {
    values: { ...values, password: '', repeat: '' },
    errors,
    password,
    // Which ports is chosen on the Internet page: an empty list opens none.
    site: { ...name, settings, autoApprove, ...(values.openPorts === 'yes' && { internet: { mapPorts: true } }) },
  };
}

function readExtension(text: string): number | undefined {
  return /^\d{1,9}$/.test(text) ? Number(text) : undefined;
}
