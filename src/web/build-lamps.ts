import type { Device } from '../core/device.ts';
import type { Lamps } from '../flows/lamps.ts';
import type { Trouble } from '../flows/troubles.ts';

export const LAMP_NAMES = ['asked', 'answered', 'notified', 'acknowledged', 'configured'] as const;
export type LampName = (typeof LAMP_NAMES)[number];

/**
 * lit: happened since the last boot. hollow: not yet. waiting: next in line. refused: where it got stuck. skipped: was not
 * needed, as the answer to a phone that was approved long after it asked.
 */
export type LampState = 'lit' | 'hollow' | 'waiting' | 'refused' | 'skipped';

export interface LampView {
  readonly name: LampName;
  readonly state: LampState;
  /** Milliseconds since 1970; null: not yet. */
  readonly at: number | null;
  /** Centre in the drawing, pixels. */
  readonly x: number;
  /** Ends of the wire to the lamp before; null: the first has none. */
  readonly wireFrom: number | null;
  readonly wireTo: number;
  /** Drawn over a refused lamp: shape says what colour says. */
  readonly cross: string;
}

const STEP_PX = 36;
/** With its line. */
const RADIUS_PX = 8;

export function buildLamps(device: Pick<Device, 'state'>, lamps: Lamps, trouble: Trouble | null): LampView[] {
  const lastLit = LAMP_NAMES.findLastIndex((name) => lamps[name] !== null);
  const next = lastLit + 1;
  return LAMP_NAMES.map((name, index) => {
    const at = lamps[name];
    const x = RADIUS_PX + 4 + index * STEP_PX;
    return {
      name,
      state: stateOf(index, at),
      at,
      x,
      wireFrom: index === 0 ? null : x - STEP_PX + RADIUS_PX,
      wireTo: x - RADIUS_PX,
      cross: `M${x - 3} 7l6 6m0-6l-6 6`,
    };
  });

  function stateOf(index: number, at: number | null): LampState {
    if (at !== null) return 'lit';
    if (index < lastLit) return 'skipped';
    if (index !== next || device.state === 'blocked') return 'hollow';
    if (device.state === 'pending') return index === 0 ? 'hollow' : 'waiting';
    if (trouble !== null) return 'refused';
    return index === 0 ? 'hollow' : 'waiting';
  }
}
