import { findNear } from './find-near.ts';
import { err, ok, type Result } from './result.ts';
import { SETTING_KINDS, type SettingKind } from './setting-kinds.ts';
import { DEFAULT_SETTINGS, type SettingName, type SettingsPatch } from './settings.ts';

/** One setting that was read; as a patch, so that it can be laid over others. */
export interface ReadSetting {
  readonly name: SettingName;
  readonly patch: SettingsPatch;
}

export type SettingProblem =
  | {
      readonly kind: 'no-such-setting';
      readonly saw: string;
      readonly near: readonly string[];
      readonly known: readonly string[];
    }
  | {
      readonly kind: 'wrong-value';
      readonly name: SettingName;
      readonly saw: string;
      readonly want: string;
      readonly near: readonly string[];
    };

export const SETTING_NAMES = Object.keys(DEFAULT_SETTINGS) as readonly SettingName[];

/**
 * Reads a neutral setting from text (command line, CSV) or from a JSON value (API). Text is trimmed and understood as the
 * setting's type: `true`, `yes`, `on`, `1`; a list is separated by commas.
 */
export function readSetting(name: string, raw: unknown): Result<ReadSetting, SettingProblem> {
  if (!isSettingName(name)) {
    return err({
      kind: 'no-such-setting',
      saw: name.slice(0, 64),
      near: findNear(SETTING_NAMES, name),
      known: SETTING_NAMES,
    });
  }
  const kind: SettingKind<unknown> = SETTING_KINDS[name];
  const value = kind.read(typeof raw === 'string' ? raw.trim() : raw);
  if (value === undefined)
    return err({ kind: 'wrong-value', name, saw: show(raw), want: kind.want, near: kind.near?.(raw) ?? [] });
  return ok({ name, patch: { [name]: value } });
}

/** Reads a whole layer of settings, and reports every fault at once. */
export function readSettingsPatch(
  fields: Readonly<Record<string, unknown>>,
): Result<SettingsPatch, readonly SettingProblem[]> {
  let patch: SettingsPatch = {};
  const problems: SettingProblem[] = [];
  for (const [name, raw] of Object.entries(fields)) {
    const read = readSetting(name, raw);
    if (read.ok) patch = { ...patch, ...read.value.patch };
    else problems.push(read.problem);
  }
  return problems.length === 0 ? ok(patch) : err(problems);
}

/** One sentence for people. */
export function describeSettingProblem(problem: SettingProblem): string {
  const near = problem.near.length === 0 ? '' : `; near it: ${problem.near.join(', ')}`;
  if (problem.kind === 'wrong-value') return `${problem.name}: saw ${problem.saw}, wanted ${problem.want}${near}`;
  return `there is no setting "${problem.saw}"${near}; known: ${problem.known.join(', ')}`;
}

function isSettingName(name: string): name is SettingName {
  return Object.hasOwn(DEFAULT_SETTINGS, name);
}

function show(raw: unknown): string {
  const text = typeof raw === 'string' ? `"${raw}"` : (JSON.stringify(raw) ?? typeof raw);
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}
