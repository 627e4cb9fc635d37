import type { OtherServersState } from '../flows/other-servers/server-facts.ts';
import { formatTime, formatTimeOrNull } from './schemas/common.ts';
import type { OtherServersAnswer } from './schemas/other-servers.ts';

// Every field is named, as in format-answers.

export function formatOtherServers(state: OtherServersState, checkMinutes: number): OtherServersAnswer {
  return {
    checkMinutes,
    checkedAt: formatTimeOrNull(state.checkedAt),
    checking: state.isChecking,
    problem: state.problem?.text ?? null,
    items: state.servers.map((server) => ({
      id: server.id,
      address: server.address,
      mac: server.mac,
      make: server.make,
      ownHost: server.isOwnHost,
      heardAt: server.heardAt,
      status: server.status,
      says: server.says,
      url: server.url,
      wanted: server.isKnown,
      firstSeenAt: formatTime(server.firstSeenAt),
      lastSeenAt: formatTime(server.lastSeenAt),
    })),
  };
}

/** Enough to show a warning; the rest is at /api/v1/other-servers. */
export function formatOtherServersEvent({ checkedAt, isChecking, servers }: OtherServersState) {
  const alarms = servers.filter(({ isKnown }) => !isKnown).map(({ address, url }) => ({ address, url }));
  return { checkedAt: formatTimeOrNull(checkedAt), checking: isChecking, alarms };
}
