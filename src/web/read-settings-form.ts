import { readSetting } from '../core/read-setting.ts';
import { err, ok, type Result } from '../core/result.ts';
import type { SettingName, SettingsPatch } from '../core/settings.ts';
import type { Texts } from './message-set.ts';
import type { Form } from './read-form.ts';
import { SETTING_GROUPS } from './setting-fields.ts';

/** By setting: what is wrong, in a sentence. */
export type SettingFaults = Partial<Record<SettingName, string>>;

/**
 * Reads a layer of settings from a form. An empty field leaves the setting to the layer below, unless `own.<name>` is ticked:
 * then empty is the value.
 */
export function readSettingsForm(form: Form, { t }: Texts): Result<SettingsPatch, SettingFaults> {
  let patch: SettingsPatch = {};
  const faults: SettingFaults = {};
  for (const { name } of SETTING_GROUPS.flatMap(({ fields }) => fields)) {
    const raw = form.get(name);
    if (raw === '' && !form.has(`own.${name}`)) continue;
    const read = readSetting(name, raw);
    if (read.ok) {
      patch = { ...patch, ...read.value.patch };
      continue;
    }
    const { problem } = read;
    const want = problem.kind === 'wrong-value' ? problem.want : '';
    const near = problem.near.length === 0 ? '' : ` (${problem.near.join(', ')})`;
    faults[name] = t('settings.wrong', { saw: problem.saw, want: `${want}${near}` });
  }
  return Object.keys(faults).length === 0 ? ok(patch) : err(faults);
}
