import type { Site } from '../../core/site.ts';
import { changeSite } from '../change-site.ts';
import type { Office } from '../office.ts';

/** "It is ours": nobody is warned of this server any more. Or the other way round. The site keeps it, the audit who said so. */
export function wantServer(
  office: Office,
  id: string,
  isWanted: boolean,
  { actor, now }: { readonly actor: string; readonly now: number },
): Promise<Site> {
  return changeSite(
    office,
    (site) => {
      const others = site.trust.knownServers.filter((known) => known !== id);
      const isThere = others.length < site.trust.knownServers.length;
      if (isThere === isWanted) return site;
      return { ...site, trust: { ...site.trust, knownServers: isWanted ? [...others, id] : others } };
    },
    actor,
    now,
  );
}
