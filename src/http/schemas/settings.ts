import { type Static, Type } from 'typebox';
import { DEFAULT_SETTINGS } from '../../core/settings.ts';
import { oneOf, openMap } from './common.ts';

const NAMES = Object.keys(DEFAULT_SETTINGS).join(', ');

/** A layer of settings: some of them by name. Names and values are judged by `read-settings-patch`. */
export const SettingsMap = openMap({
  description: `Some settings by name: ${NAMES}.`,
  examples: [{ timeZone: 'Europe/Berlin', language: 'de', vlanId: 20 }],
});

export const DeviceSettingsAnswer = Type.Object(
  {
    settings: Type.Unsafe<Readonly<Record<string, { value: unknown; from: string }>>>({
      type: 'object',
      description: 'Every setting of the phone, and which layer it comes from',
      additionalProperties: Type.Object({
        value: Type.Unknown(),
        from: oneOf(['default', 'site', 'vendor', 'model', 'extension', 'device']),
      }),
    }),
    device: SettingsMap,
  },
  {
    examples: [
      {
        settings: {
          timeZone: { value: 'Europe/Berlin', from: 'site' },
          vlanId: { value: 20, from: 'device' },
          sipPort: { value: 0, from: 'default' },
        },
        device: { vlanId: 20 },
      },
    ],
  },
);
export type DeviceSettingsAnswer = Static<typeof DeviceSettingsAnswer>;
