import type { Site } from '../core/site.ts';
import type { Office } from './office.ts';

/** Replaces the site's settings. The caller has validated them; the revision is counted here. */
export function changeSite(office: Office, edit: (site: Site) => Site, actor: string, now: number): Promise<Site> {
  return office.exclusively(async () => {
    const before = office.site();
    const planned = planSiteChange(before, edit);
    if (planned === undefined) return before;
    const { site, changed } = planned;
    await office.commit({
      site,
      audit: [{ at: now, actor, action: 'site.changed', subject: 'site', detail: { changed: changed.join(' ') } }],
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
  const changed = Object.keys(site).filter((key) => {
    const name = key as keyof Site;
    return name !== 'revision' && JSON.stringify(site[name]) !== JSON.stringify(before[name]);
  });
  // Secrets print alike: a new one is another object.
  if (site.consolePassword !== before.consolePassword) changed.push('consolePassword');
  return changed.length === 0 ? undefined : { site, changed };
}
