import { readSettingsPatch } from '../core/read-setting.ts';
import { err, ok, type Result } from '../core/result.ts';
import type { SettingsPatch } from '../core/settings.ts';
import { describeValue, type InputError } from './format-input-errors.ts';

/** Reads one layer of settings from a body; `where` names it, as in `body.settings`. Tells every fault at once. */
export function readSettingsLayer(where: string, value: unknown): Result<SettingsPatch, readonly InputError[]> {
  if (!isObject(value)) return err([{ where, saw: describeValue(value), wanted: 'an object of settings by name' }]);
  const read = readSettingsPatch(value);
  if (read.ok) return read;
  return err(
    read.problem.map((problem) => {
      if (problem.kind === 'wrong-value') {
        return { where: `${where}.${problem.name}`, saw: problem.saw, wanted: problem.want };
      }
      const meant = problem.near.length > 0 ? problem.near : problem.known;
      return {
        where: `${where}.${problem.saw}`,
        saw: 'a name that is not known here',
        wanted: `one of ${meant.join(', ')}`,
      };
    }),
  );
}

/** Layers by name, such as `vendorSettings`; `checkName` says what was wanted of a name that is wrong. */
export function readSettingsLayers(
  where: string,
  layers: Readonly<Record<string, unknown>>,
  checkName: (name: string) => string | undefined,
): Result<Readonly<Record<string, SettingsPatch>>, readonly InputError[]> {
  const errors: InputError[] = [];
  const read: Record<string, SettingsPatch> = {};
  for (const [name, value] of Object.entries(layers)) {
    const wanted = checkName(name);
    if (wanted !== undefined) errors.push({ where: `${where}.${name}`.slice(0, 120), saw: 'an unknown name', wanted });
    const layer = readSettingsLayer(`${where}.${name}`.slice(0, 120), value);
    if (layer.ok) read[name] = layer.value;
    else errors.push(...layer.problem);
  }
  return errors.length === 0 ? ok(read) : err(errors);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
