import type { Device } from '../core/device.ts';
import { drawPassword } from '../core/draw-password.ts';
import { Secret } from '../core/secret.ts';
import type { Site } from '../core/site.ts';
import type { Office } from './office.ts';

/** Replaces the site's settings. The caller has validated them; the revision is counted here. */
export function changeSite(office: Office, edit: (site: Site) => Site, actor: string, now: number): Promise<Site> {
  return office.exclusively(async () => {
    const before = office.site();
    const planned = planSiteChange(before, edit);
    if (planned === undefined) return before;
    const { site, changed } = planned;
    // Without them, phones that were approved before the policy became `random` would have no file.
    const devices = [...office.devices()].flatMap((device) => {
      const after = withConsolePasswords(device, site);
      return after === device ? [] : [{ ...after, revision: device.revision + 1 }];
    });
    await office.commit({
      site,
      devices,
      audit: [{ at: now, actor, action: 'site.changed', subject: 'site', detail: { changed: changed.join(' ') } }],
    });
    return site;
  });
}

/** Draws console passwords for an approved phone, where the site wants them random and it has none; else the same object. */
export function withConsolePasswords(device: Device, { consolePasswordPolicy }: Site): Device {
  if (consolePasswordPolicy !== 'random' || device.state !== 'approved' || device.consolePasswords !== null)
    return device;
  return { ...device, consolePasswords: { admin: new Secret(drawPassword()), user: new Secret(drawPassword()) } };
}

/** The site after an edit, and the names of what is different; undefined: nothing is. */
export function planSiteChange(
  before: Site,
  edit: (site: Site) => Site,
): { readonly site: Site; readonly changed: readonly string[] } | undefined {
  const site = { ...edit(before), revision: before.revision + 1 };
  const changed = Object.keys(site).filter((key) => {
    const name = key as keyof Site;
    return name !== 'revision' && JSON.stringify(site[name]) !== JSON.stringify(before[name]);
  });
  // Secrets print alike: a new one is another object.
  if (site.consolePassword !== before.consolePassword) changed.push('consolePassword');
  if (site.webhookSecret !== before.webhookSecret) changed.push('webhookSecret');
  return changed.length === 0 ? undefined : { site, changed };
}
