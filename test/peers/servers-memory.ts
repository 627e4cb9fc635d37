import type { Office } from '../../src/flows/office.ts';
import type { OtherServer, OtherServers, OtherServersState } from '../../src/flows/other-servers/server-facts.ts';

export const OTHER_SERVER: OtherServer = {
  id: '525400a1b2c3',
  address: '192.168.10.9',
  mac: '525400a1b2c3' as OtherServer['mac'],
  make: null,
  isOwnHost: false,
  heardAt: '192.168.10.2',
  status: 200,
  says: 'Other PBX 1.0',
  url: 'http://192.168.10.9/p/',
  firstSeenAt: 1_000,
  lastSeenAt: 2_000,
};

/** `OtherServers` of facts that a test sets; none at first. */
export function createServersMemory(office: Pick<Office, 'site'>) {
  const listeners = new Set<() => void>();
  let servers: readonly OtherServer[] = [];
  let more: Partial<OtherServersState> = {};
  let checks = 0;
  const isKnown = (id: string) => office.site().trust.knownServers.includes(id);
  const doors: OtherServers = {
    read: () => ({
      checkedAt: null,
      isChecking: false,
      problem: null,
      servers: servers.map((server) => ({ ...server, isKnown: isKnown(server.id) })),
      ...more,
    }),
    alarms: () => servers.filter(({ id }) => !isKnown(id)),
    async check() {
      checks += 1;
    },
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
  return {
    doors,
    checks: () => checks,
    /** What is there from now on; listeners are told. */
    show(found: readonly OtherServer[], state: Partial<OtherServersState> = {}): void {
      servers = found;
      more = state;
      for (const listener of listeners) listener();
    },
  };
}
