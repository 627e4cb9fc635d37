import type { Extension } from './extension.ts';
import { type ResolvedSettings, resolveSettings, type SettingsPatch } from './settings.ts';
import type { Site } from './site.ts';

/** Of one phone: all that says something about its settings. */
export interface PhoneLayers {
  readonly site: Pick<Site, 'settings' | 'vendorSettings' | 'modelSettings'>;
  readonly vendorId: string | null;
  /** As the vendor lists it; null: not known. */
  readonly model: string | null;
  readonly lineOne: Extension | undefined;
  /** The phone's own. */
  readonly device: SettingsPatch;
}

/** A phone's settings, from the widest layer to the narrowest: who sits at it is nearer than its make, what was set for it alone is nearest. */
export function resolvePhoneSettings({ site, vendorId, model, lineOne, device }: PhoneLayers): ResolvedSettings {
  return resolveSettings([
    { layer: 'site', patch: site.settings },
    { layer: 'vendor', patch: site.vendorSettings[vendorId ?? ''] },
    { layer: 'model', patch: site.modelSettings[`${vendorId ?? ''}/${model ?? ''}`] },
    { layer: 'extension', patch: patchOf(lineOne) },
    { layer: 'device', patch: device },
  ]);
}

function patchOf(extension: Extension | undefined): SettingsPatch {
  return extension === undefined || extension.language === '' ? {} : { language: extension.language };
}
