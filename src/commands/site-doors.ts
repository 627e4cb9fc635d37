import { parseMacAddress } from '../core/mac-address.ts';
import { compareSite } from '../flows/compare-site.ts';
import type { ConfigCache } from '../flows/config-cache.ts';
import type { Deliveries } from '../flows/delivery.ts';
import type { Doors } from '../flows/doors.ts';
import { createOverrideEditor } from '../flows/override-editor.ts';
import { openResyncs, type PlanStore, type ResyncPlan } from '../flows/resync-later.ts';
import type { SiteDoors } from '../http/site-doors.ts';
import { openOverrideFiles } from '../render/override-files.ts';
import { createMetaStore, type MetaStore } from '../store/meta-store.ts';
import type { Store } from '../store/store.ts';

const PLAN_NAME = 'resync-plan';

/** What people do with all phones at once. Ends with the signal. */
export async function openSiteDoors(
  doors: Doors,
  deliveries: Deliveries,
  cache: ConfigCache,
  { store, siteDir, signal }: { readonly store: Store; readonly siteDir: string; readonly signal: AbortSignal },
): Promise<SiteDoors> {
  const { office, log, clock } = doors;
  const plans = createPlanStore(createMetaStore(store.database));
  const resyncs = await openResyncs({ office, deliveries, plans, log, clock });
  signal.addEventListener('abort', resyncs.stop, { once: true });
  return {
    compareSite: (draft, options) => compareSite(doors, cache, draft, options),
    resyncs,
    overrides: createOverrideEditor(doors, cache, openOverrideFiles(siteDir)),
  };
}

/** Our own note, but of another version perhaps: what is not understood is no plan. */
function createPlanStore(meta: MetaStore): PlanStore {
  return {
    async read() {
      const text = await meta.read(PLAN_NAME);
      return text === undefined ? null : readPlan(text);
    },
    write: (plan) => meta.write(PLAN_NAME, plan === null ? null : JSON.stringify(plan)),
  };
}

function readPlan(text: string): ResyncPlan | null {
  try {
    const { at, macs, by }: Partial<Record<keyof ResyncPlan, unknown>> = JSON.parse(text);
    if (typeof at !== 'number' || typeof by !== 'string' || !Array.isArray(macs)) return null;
    return { at, by, macs: macs.flatMap((mac) => (typeof mac === 'string' ? (parseMacAddress(mac) ?? []) : [])) };
  } catch {
    return null;
  }
}
