import { DgramAsPromised, type SocketAsPromised } from 'dgram-as-promised';
import type { Logger } from '../core/logger.ts';
import type { LanInterface } from './lan-address.ts';

/** Linux net.ipv4.igmp_max_memberships: groups that one socket may be in, counted per interface. */
const JOINS_PER_SOCKET = 20;

/** More copies of one membership than this cannot be in one socket: each is an interface that was deleted. */
const COPIES = 2 * JOINS_PER_SOCKET;

export interface FailedJoin {
  readonly address: string;
  /** As the system says it: `ENODEV` … */
  readonly reason: string;
}

/** Which LANs a multicast group is heard on. */
export interface GroupMemberships {
  /** Leaves what is not served any more and joins the rest, again too: call it whenever interfaces may have changed. */
  follow(served: readonly LanInterface[]): void;
  joined(): readonly string[];
  failed(): readonly FailedJoin[];
  /** Ends the further sockets; the first is its owner's to close. */
  close(): void;
}

interface Keeper {
  socket: SocketAsPromised;
  readonly addresses: Set<string>;
  isFull: boolean;
}

/**
 * Keeps a bound socket in a group on every served interface, one membership each.
 *
 * On Linux the first socket hears every LAN that any socket of the host is joined on (IP_MULTICAST_ALL, which Node
 * cannot clear). So when it has as many memberships as a socket may have, further sockets only hold memberships: they
 * are never read, and no datagram is delivered twice.
 */
export function createGroupMemberships(first: SocketAsPromised, group: string, log: Logger): GroupMemberships {
  const keepers: Keeper[] = [{ socket: first, addresses: new Set(), isFull: false }];
  const keeperOf = new Map<string, Keeper>();
  const failures = new Map<string, string>();

  return {
    follow,
    joined: () => [...keeperOf.keys()],
    failed: () => [...failures].map(([address, reason]) => ({ address, reason })),
    close: () => {
      for (const { socket } of keepers.slice(1)) socket.close().catch(() => {});
    },
  };

  function follow(served: readonly LanInterface[]): void {
    const wanted = new Set(served.map(({ address }) => address));
    for (const address of failures.keys()) if (!wanted.has(address)) failures.delete(address);
    // First out, then in: an interface that changed its address has one membership, and leaving ends it.
    for (const [address, keeper] of [...keeperOf]) if (!wanted.has(address)) leave(keeper, address);
    for (const address of wanted) join(address);
  }

  function leave(keeper: Keeper, address: string): void {
    forget(keeper, address);
    keeper.isFull = false;
    // Now that the address is gone, the kernel finds memberships by it, dead ones too.
    for (let copies = 0; copies < COPIES && tryLeave(keeper, address); copies++);
    log.info({ event: 'group.left', group, address }, 'multicast group left');
  }

  function join(address: string): void {
    const keeper = keeperOf.get(address);
    const refusal = keeper === undefined ? undefined : tryJoin(keeper, address);
    if (refusal === 'EADDRINUSE') return;
    if (keeper !== undefined) {
      log.info({ event: 'group.lost', group, address }, 'the membership was lost with its interface');
      if (refusal !== undefined) forget(keeper, address);
      else if (keeper.socket !== first) renew(keeper);
    }
    const reason = keeperOf.has(address) ? undefined : joinAnywhere(address);
    if (reason === undefined) {
      failures.delete(address);
      log.info({ event: 'group.joined', group, address }, 'multicast group joined');
    } else if (failures.get(address) !== reason) {
      failures.set(address, reason);
      log.warn({ event: 'group.refused', group, address, reason }, 'multicast group cannot be joined; trying again');
    }
  }

  /**
   * The membership of a deleted interface counts against the socket's limit, and cannot be ended while another interface
   * has its address. The first socket may fill up with them: its address then moves to a further one. Those are renewed.
   */
  function renew(keeper: Keeper): void {
    const worn = keeper.socket;
    keeper.socket = DgramAsPromised.createSocket('udp4');
    keeper.isFull = false;
    for (const address of keeper.addresses) tryJoin(keeper, address);
    worn.close().catch(() => {});
  }

  /** Undefined: joined. */
  function joinAnywhere(address: string): string | undefined {
    for (const keeper of keepers) {
      if (keeper.isFull || keeper.addresses.size >= JOINS_PER_SOCKET) continue;
      const refusal = tryJoin(keeper, address);
      if (refusal === undefined || refusal === 'EADDRINUSE') return remember(keeper, address);
      if (refusal !== 'ENOBUFS') return refusal;
      // Dead memberships count, and the host's limit may be lower than usual.
      keeper.isFull = true;
    }
    const keeper: Keeper = { socket: DgramAsPromised.createSocket('udp4'), addresses: new Set(), isFull: false };
    const refusal = tryJoin(keeper, address);
    if (refusal !== undefined) {
      keeper.socket.close().catch(() => {});
      return refusal;
    }
    keepers.push(keeper);
    return remember(keeper, address);
  }

  function remember(keeper: Keeper, address: string): undefined {
    keeper.addresses.add(address);
    keeperOf.set(address, keeper);
  }

  /** Undefined: the membership is new. EADDRINUSE: it was there already. */
  function tryJoin({ socket }: Keeper, address: string): string | undefined {
    try {
      socket.addMembership(group, address);
      return undefined;
    } catch (cause) {
      return codeOf(cause);
    }
  }

  function tryLeave({ socket }: Keeper, address: string): boolean {
    try {
      socket.dropMembership(group, address);
      return true;
    } catch {
      // EADDRNOTAVAIL: there is none left.
      return false;
    }
  }

  function forget(keeper: Keeper, address: string): void {
    keeper.addresses.delete(address);
    keeperOf.delete(address);
  }
}

function codeOf(cause: unknown): string {
  return cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause);
}
