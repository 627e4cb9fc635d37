import type { MacAddress } from '../core/mac-address.ts';
import { compareConfig, revealConfig } from '../flows/compare-config.ts';
import type { ConfigCache } from '../flows/config-cache.ts';
import type { Doors } from '../flows/doors.ts';
import { createHeldApprovals } from '../flows/held-approvals.ts';
import type { ExternalAddressService } from '../flows/internet/external-address.ts';
import { findAffectedPhones } from '../flows/internet/find-affected-phones.ts';
import { createTroubleBoard } from '../flows/troubles.ts';
import type { WebDoors } from '../http/web-doors.ts';
import type { WebServerOptions } from '../http/web-server.ts';
import { addPages } from '../web/add-pages.ts';
import type { PageDoors, PageSessions } from '../web/page-doors.ts';

export interface Pages extends WebServerOptions {
  /** Carries out what is held back; after the web server is closed. */
  stop(): Promise<void>;
}

/** What the pages need beside the API's doors, put together. `lastChange`: of the external address. */
export function openPages(
  doors: WebDoors,
  sessions: PageSessions,
  flows: Doors,
  cache: ConfigCache,
  lastChange: ExternalAddressService['lastChange'],
): Pages {
  const { office, lamps, listJourney } = doors;
  const troubles = createTroubleBoard({
    office,
    readJourney: async (mac, limit) => (await listJourney(mac, { limit })).items,
  });
  const held = createHeldApprovals(doors);
  const pageDoors: PageDoors = {
    ...doors,
    held,
    troubles,
    sessions,
    compareConfig: (mac) => compareConfig(flows, cache, mac),
    revealConfig: (mac, actor) => revealConfig(flows, cache, mac, actor),
    async findAffectedPhones() {
      const configuredAt = async (mac: MacAddress) => (await lamps.read(mac)).configured;
      return findAffectedPhones({ ...flows, configuredAt }, cache, lastChange());
    },
  };
  return {
    addPages: (app) => addPages(app, pageDoors),
    async stop() {
      troubles.stop();
      await held.finish();
    },
  };
}
