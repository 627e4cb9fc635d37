import { type Note, note } from '../core/note.ts';
import type { PhoneSettings } from '../core/settings.ts';
import type { FittedSettings } from './vendor.ts';

const DAY_MINUTES = 24 * 60;

/** docs/vendors/grandstream.md, P193. */
const GRANDSTREAM_SHORTEST_RESYNC_MINUTES = 60;

/** docs/vendors/aastra.md: `auto resync days`, one VLAN switch for both ports, no multicast PnP. */
export function fitAastraSettings(settings: PhoneSettings): FittedSettings {
  const notes: Note[] = [];
  const { resyncMinutes, vlanId, pcVlanId, pnpEnabled } = settings;
  if (resyncMinutes % DAY_MINUTES !== 0) {
    const days = Math.ceil(resyncMinutes / DAY_MINUTES);
    notes.push(
      days === 1
        ? note(
            'note.resync-each-night',
            'resyncMinutes {minutes}: the phone counts in days and looks for changes every night after 02:00',
            { minutes: resyncMinutes },
          )
        : note(
            'note.resync-each-few-nights',
            'resyncMinutes {minutes}: the phone counts in days and looks for changes every {days} nights after 02:00',
            { minutes: resyncMinutes, days },
          ),
    );
  }
  if (pcVlanId > 0 && vlanId === 0)
    notes.push(
      note(
        'note.pc-vlan-alone',
        'pcVlanId {vlan} has no effect: without a vlanId the phone tags nothing, its PC port neither',
        { vlan: String(pcVlanId) },
      ),
    );
  if (!pnpEnabled)
    notes.push(note('note.never-asks', 'pnpEnabled false has no effect: the phone never asks by multicast'));
  return { settings: vlanId === 0 ? { ...settings, pcVlanId: 0 } : settings, notes };
}

export function fitGrandstreamSettings(settings: PhoneSettings): FittedSettings {
  const { resyncMinutes } = settings;
  if (resyncMinutes === 0 || resyncMinutes >= GRANDSTREAM_SHORTEST_RESYNC_MINUTES) return { settings, notes: [] };
  const shortest = GRANDSTREAM_SHORTEST_RESYNC_MINUTES;
  return {
    settings: { ...settings, resyncMinutes: shortest },
    notes: [
      note(
        'note.resync-too-often',
        'resyncMinutes {minutes}: the phone takes {shortest} and more, so it is told {shortest}',
        { minutes: resyncMinutes, shortest },
      ),
    ],
  };
}
