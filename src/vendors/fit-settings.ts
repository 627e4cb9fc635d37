import type { PhoneSettings } from '../core/settings.ts';
import type { FittedSettings } from './vendor.ts';

const DAY_MINUTES = 24 * 60;

/** docs/vendors/grandstream.md, P193. */
const GRANDSTREAM_SHORTEST_RESYNC_MINUTES = 60;

/** docs/vendors/aastra.md: `auto resync days`, one VLAN switch for both ports, no multicast PnP. */
export function fitAastraSettings(settings: PhoneSettings): FittedSettings {
  const notes: string[] = [];
  const { resyncMinutes, vlanId, pcVlanId, pnpEnabled } = settings;
  if (resyncMinutes % DAY_MINUTES !== 0) {
    const days = Math.ceil(resyncMinutes / DAY_MINUTES);
    const often = days === 1 ? 'every night' : `every ${days} nights`;
    notes.push(`resyncMinutes ${resyncMinutes}: the phone counts in days and looks for changes ${often} after 02:00`);
  }
  if (pcVlanId > 0 && vlanId === 0)
    notes.push(`pcVlanId ${pcVlanId} has no effect: without a vlanId the phone tags nothing, its PC port neither`);
  if (!pnpEnabled) notes.push('pnpEnabled false has no effect: the phone never asks by multicast');
  return { settings: vlanId === 0 ? { ...settings, pcVlanId: 0 } : settings, notes };
}

export function fitGrandstreamSettings(settings: PhoneSettings): FittedSettings {
  const { resyncMinutes } = settings;
  if (resyncMinutes === 0 || resyncMinutes >= GRANDSTREAM_SHORTEST_RESYNC_MINUTES) return { settings, notes: [] };
  const shortest = GRANDSTREAM_SHORTEST_RESYNC_MINUTES;
  return {
    settings: { ...settings, resyncMinutes: shortest },
    notes: [`resyncMinutes ${resyncMinutes}: the phone takes ${shortest} and more, so it is told ${shortest}`],
  };
}
