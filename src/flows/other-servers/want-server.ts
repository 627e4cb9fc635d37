import { isServerKey, MOST_KNOWN_SERVERS } from '../../core/check-other-servers.ts';
import { err, ok, type Result } from '../../core/result.ts';
import type { Site } from '../../core/site.ts';
import { changeSite } from '../change-site.ts';
import type { Office } from '../office.ts';

/** `no-server`: nothing that a server is known by. `too-many`: the list of wanted servers is full. */
export type WantProblem = 'no-server' | 'too-many';

/** "It is ours": nobody is warned of this server any more. Or the other way round. The site keeps it, the audit who said so. */
export async function wantServer(
  office: Office,
  id: string,
  isWanted: boolean,
  { actor, now }: { readonly actor: string; readonly now: number },
): Promise<Result<Site, WantProblem>> {
  if (!isServerKey(id)) return err('no-server');
  let isFull = false;
  const site = await changeSite(
    office,
    (before) => {
      const others = before.trust.knownServers.filter((known) => known !== id);
      const isThere = others.length < before.trust.knownServers.length;
      if (isThere === isWanted) return before;
      // A full list still lets go of one.
      isFull = isWanted && others.length >= MOST_KNOWN_SERVERS;
      if (isFull) return before;
      return { ...before, trust: { ...before.trust, knownServers: isWanted ? [...others, id] : others } };
    },
    actor,
    now,
  );
  return isFull ? err('too-many') : ok(site);
}
