import type { OtherServer } from './server-facts.ts';

export type FoundServer = Omit<OtherServer, 'firstSeenAt' | 'lastSeenAt'>;

/** What one LAN answered; null: it could not be asked. */
export interface CheckedLan {
  readonly heardAt: string;
  readonly found: readonly FoundServer[] | null;
}

/** A server, and how many checks in a row it has been silent. */
export interface FollowedServer extends OtherServer {
  readonly missed: number;
}

export interface MergedCheck {
  readonly servers: readonly FollowedServer[];
  /** New, or with another word for phones than before. */
  readonly news: readonly OtherServer[];
  readonly gone: readonly OtherServer[];
}

/** Checks without an answer, after which a server is gone: one may be lost, or come while the other one restarts. */
export const CLEAN_CHECKS = 3;

/** Takes one check in. A LAN that could not be asked says nothing about its servers; one that is not served any more has none. */
export function mergeCheck(before: readonly FollowedServer[], lans: readonly CheckedLan[], now: number): MergedCheck {
  const found = new Map(lans.flatMap((lan) => lan.found ?? []).map((server) => [server.id, server]));
  const unasked = new Set(lans.flatMap(({ heardAt, found: heard }) => (heard === null ? [heardAt] : [])));
  const servers: FollowedServer[] = [];
  const news: OtherServer[] = [];
  const gone: OtherServer[] = [];

  for (const server of before) {
    const again = found.get(server.id);
    found.delete(server.id);
    if (again !== undefined) {
      const after = { ...again, firstSeenAt: server.firstSeenAt, lastSeenAt: now, missed: 0 };
      servers.push(after);
      if (after.url !== server.url || after.status !== server.status || after.address !== server.address)
        news.push(after);
    } else if (unasked.has(server.heardAt)) servers.push(server);
    else if (server.missed + 1 >= CLEAN_CHECKS) gone.push(server);
    else servers.push({ ...server, missed: server.missed + 1 });
  }
  for (const server of found.values()) {
    const fresh = { ...server, firstSeenAt: now, lastSeenAt: now, missed: 0 };
    servers.push(fresh);
    news.push(fresh);
  }
  return { servers, news, gone };
}
