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
  const { revision: _now, internet, ...fields } = site;
  const { revision: _before, internet: internetBefore, ...fieldsBefore } = before;
  const changed = [
    ...namesOfChanges(fieldsBefore, fields),
    // By field: the audit says who opened ports to the Internet.
    ...namesOfChanges(internetBefore, internet).map((name) => `internet.${name}`),
  ];
  // Secrets print alike: a new one is another object.
  if (site.consolePassword !== before.consolePassword) changed.push('consolePassword');
  if (site.webhookSecret !== before.webhookSecret) changed.push('webhookSecret');
  if (site.backupPassphrase !== before.backupPassphrase) changed.push('backupPassphrase');
  return changed.length === 0 ? undefined : { site, changed };
}

function namesOfChanges(before: object, after: object): string[] {
  const old = new Map<string, unknown>(Object.entries(before));
  return Object.entries(after).flatMap(([name, value]) =>
    JSON.stringify(value) === JSON.stringify(old.get(name)) ? [] : [name],
  );
}
