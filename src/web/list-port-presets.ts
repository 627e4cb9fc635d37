import { buildPresetRow, PORT_PRESETS, type PortPreset, type PresetPlaces } from '../core/port-presets.ts';
import type { Texts } from './message-set.ts';

/** A button that adds a row. */
export interface PresetButton {
  readonly preset: PortPreset;
  /** Its name in the form: `add.sip`. */
  readonly name: string;
  readonly label: string;
  readonly hint: string;
}

/** Those that lead somewhere. */
export function listPortPresets({ t }: Texts, places: PresetPlaces): readonly PresetButton[] {
  return PORT_PRESETS.filter((preset) => buildPresetRow(preset, places) !== undefined).map((preset) => ({
    preset,
    name: `add.${preset}`,
    label: t(`internet-form.add-${preset}`),
    hint: t(`internet-form.hint-${preset}`),
  }));
}
