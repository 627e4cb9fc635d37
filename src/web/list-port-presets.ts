import { PORT_PRESETS, type PortPreset } from '../core/port-presets.ts';
import type { Texts } from './message-set.ts';

/** A button that adds a row. */
export interface PresetButton {
  readonly preset: PortPreset;
  /** Its name in the form: `add.sip`. */
  readonly name: string;
  readonly label: string;
  readonly hint: string;
}

export function listPortPresets({ t }: Texts): readonly PresetButton[] {
  return PORT_PRESETS.map((preset) => ({
    preset,
    name: `add.${preset}`,
    label: t(`internet-form.add-${preset}`),
    hint: t(`internet-form.hint-${preset}`),
  }));
}
