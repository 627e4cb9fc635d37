import { randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { MacAddress } from '../../src/core/mac-address.ts';
import { compareSite } from '../../src/flows/compare-site.ts';
import { createConfigCache } from '../../src/flows/config-cache.ts';
import { createCounters } from '../../src/flows/counters.ts';
import type { Office } from '../../src/flows/office.ts';
import { createOverrideEditor } from '../../src/flows/override-editor.ts';
import type { ResyncPlan, ResyncRun, Resyncs } from '../../src/flows/resync-later.ts';
import type { SiteDoors } from '../../src/http/site-doors.ts';
import { openOverrideFiles } from '../../src/render/override-files.ts';
import { openTemplateSet } from '../../src/render/template-set.ts';
import { vendors } from '../../src/vendors/all.ts';

/** The doors to all phones at once: renderings and overrides are real, in a folder that comes to be when something is written; resyncs are only noted. */
export function openSiteWorld(office: Office, clock: () => number): SiteDoors & { readonly siteDir: string } {
  const siteDir = join(tmpdir(), `plugtone-world-${randomUUID()}`);
  const lan = {
    localAddressFor: () => '192.168.10.2',
    isOnLink: () => true,
    isOwnAddress: () => false,
    macOf: async () => undefined,
    peekMac: () => undefined,
  };
  const doors = { office, lan, clock };
  async function open() {
    const templates = await openTemplateSet({ vendors, siteDir });
    return createConfigCache({ office, templates, counters: createCounters(), clock, phonePort: 8060 });
  }
  const edit = async () => createOverrideEditor(doors, await open(), openOverrideFiles(siteDir));
  return {
    siteDir,
    compareSite: async (draft, options) => compareSite(doors, await open(), draft, options),
    resyncs: noteResyncs(office, clock),
    overrides: {
      list: async () => (await edit()).list(),
      read: async (...args) => (await edit()).read(...args),
      preview: async (...args) => (await edit()).preview(...args),
      write: async (...args) => (await edit()).write(...args),
      remove: async (...args) => (await edit()).remove(...args),
    },
  };
}

function noteResyncs(office: Office, clock: () => number): Resyncs {
  let run: ResyncRun | null = null;
  let plan: ResyncPlan | null = null;
  const audit = (actor: string, action: string) =>
    office.commit({ audit: [{ at: clock(), actor, action, subject: 'phones', detail: {} }] });
  return {
    async start(macs: readonly MacAddress[], by) {
      await audit(by, 'phones.resynced');
      const counts = { phones: macs.length, asked: macs.length, fetched: 0, stuck: 0, skipped: 0 };
      run = { by, startedAt: clock(), endedAt: null, ...counts };
      return run;
    },
    async planTonight(macs, by) {
      plan = { at: clock() + 3_600_000, macs, by };
      return plan;
    },
    async cancel() {
      const had = plan !== null;
      plan = null;
      return had;
    },
    run: () => run,
    plan: () => plan,
    stop: () => undefined,
  };
}
