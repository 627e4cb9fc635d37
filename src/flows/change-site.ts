import { createHash } from 'node:crypto';
import { shortenDigest } from '../core/shorten-digest.ts';
import type { Site } from '../core/site.ts';
import { drawPhoneSecrets } from './draw-phone-secrets.ts';
import type { Office } from './office.ts';

/** Replaces the site's settings. The caller has validated them; the revision is counted here. */
export function changeSite(office: Office, edit: (site: Site) => Site, actor: string, now: number): Promise<Site> {
  return office.exclusively(async () => {
    const before = office.site();
    const planned = planSiteChange(before, edit);
    if (planned === undefined) return before;
    const { site, changed } = planned;
    // Without them, phones that were approved before the policy became `random` would have no file, and others could not log in.
    const devices = [...office.devices()].flatMap((device) => {
      const after = drawPhoneSecrets(device, site, now);
      return after === device ? [] : [{ ...after, revision: device.revision + 1 }];
    });
    // Of what it is now; secrets print alike.
    const digest = shortenDigest(createHash('sha256').update(JSON.stringify(site)).digest('hex'));
    const detail = { changed: changed.join(' '), digest };
    await office.commit({
      site,
      devices,
      audit: [{ at: now, actor, action: 'site.changed', subject: 'site', detail }],
    });
    return site;
  });
}

/** The site after an edit, and the names of what is different; undefined: nothing is. */
export function planSiteChange(
  before: Site,
  edit: (site: Site) => Site,
): { readonly site: Site; readonly changed: readonly string[] } | undefined {
  const site = { ...edit(before), revision: before.revision + 1 };
  const changed = Object.keys(site).flatMap((key): readonly string[] => {
    const name = key as keyof Site;
    switch (name) {
      case 'revision':
        return [];
      case 'consolePassword':
      case 'webhookSecret':
      case 'backupPassphrase':
        // Secrets print alike: a new one is another object.
        return site[name] === before[name] ? [] : [name];
      case 'internet':
        // By field: the audit says who opened ports to the Internet.
        return findChanges(before.internet, site.internet).map((field) => `internet.${field}`);
      case 'trust':
        return findChanges(before.trust, site.trust).map((field) => `trust.${field}`);
      default:
        return isSame(site[name], before[name]) ? [] : [name];
    }
  });
  return changed.length === 0 ? undefined : { site, changed };
}

function findChanges<T extends object>(before: T, after: T): readonly (keyof T & string)[] {
  return (Object.keys(after) as (keyof T & string)[]).filter((name) => !isSame(before[name], after[name]));
}

function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
