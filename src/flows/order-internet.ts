import type { InternetDoors, MappingTest } from './internet-facts.ts';
import type { Office } from './office.ts';

/** What a person can order: look for routers, renew what is mapped, test it. */
export interface OrderDoors {
  readonly office: Pick<Office, 'commit'>;
  readonly internet: Pick<InternetDoors, 'search' | 'renew' | 'test'>;
  readonly clock: () => number;
}

/** Looks for routers again and restores everything. Resolves when that is done: up to some 10 s. */
export async function searchRouter(doors: OrderDoors, actor: string): Promise<void> {
  await audit(doors, actor, 'router.searched');
  await doors.internet.search();
}

/** Renews every mapping now. */
export async function renewPorts(doors: OrderDoors, actor: string): Promise<void> {
  await audit(doors, actor, 'ports.renewed');
  await doors.internet.renew();
}

/** Sends to our own ports from here; nothing is changed. */
export async function testPorts(doors: OrderDoors, actor: string): Promise<readonly MappingTest[]> {
  await audit(doors, actor, 'ports.tested');
  return doors.internet.test();
}

/** Before it is done: an order that hangs was given all the same. */
function audit({ office, clock }: OrderDoors, actor: string, action: string): Promise<void> {
  return office.commit({ audit: [{ at: clock(), actor, action, subject: 'internet', detail: {} }] });
}
