import type { Logger } from '../../core/logger.ts';
import type { MacAddress } from '../../core/mac-address.ts';
import { type Note, note } from '../../core/note.ts';
import type { Result } from '../../core/result.ts';
import type { HeardServer, ServerProbeOptions } from '../../sip/server-probe.ts';
import { vendors } from '../../vendors/all.ts';
import { findMakeByPrefix } from '../../vendors/find-make.ts';
import type { LanDoors, SipDoors } from '../doors.ts';
import { findAsker } from '../find-asker.ts';
import type { Office } from '../office.ts';
import { buildProbeShapes } from './build-probe-shapes.ts';
import { type CheckedLan, type FollowedServer, type FoundServer, mergeCheck } from './merge-check.ts';
import type { OtherServers, OtherServersState } from './server-facts.ts';

export interface OtherServerDoors {
  readonly office: Pick<Office, 'site'>;
  readonly lan: LanDoors & { current(): readonly { readonly address: string }[] };
  readonly sip: Pick<SipDoors, 'send'>;
  /** `sip/server-probe` fits. */
  readonly probe: (options: ServerProbeOptions) => Promise<Result<readonly HeardServer[], string>>;
  /** Of the PnP group; as the listener has it. */
  readonly target: () => { readonly address: string; readonly port: number };
  /** In whose name is asked. */
  readonly mac: MacAddress;
  readonly log: Logger;
  readonly clock: () => number;
  readonly signal: AbortSignal;
  readonly lookEveryMs?: number;
}

/** Ms between two looks whether a check is due: who has changed the site waits no longer. */
const LOOK_EVERY_MS = 2_000;

const MINUTE_MS = 60_000;

/** Asks the LANs for other PnP servers, as often as the site wants it, until the signal. */
export function createOtherServers(doors: OtherServerDoors): OtherServers {
  const { office, lan, log, clock, signal } = doors;
  const shapes = buildProbeShapes(vendors, doors.mac);
  const listeners = new Set<() => void>();
  let servers: readonly FollowedServer[] = [];
  let checkedAt: number | null = null;
  let problem: Note | null = null;
  let running: Promise<void> | undefined;
  let next: Promise<void> | undefined;
  let shown = '';

  const timer = setInterval(look, doors.lookEveryMs ?? LOOK_EVERY_MS);
  timer.unref();
  signal.addEventListener('abort', () => clearInterval(timer), { once: true });

  function look(): void {
    const minutes = office.site().trust.otherServerCheckMinutes;
    const now = clock();
    // A clock that was set back makes it due.
    const isDue = checkedAt === null || now < checkedAt || now >= checkedAt + minutes * MINUTE_MS;
    // Port 0: who hears phones has none yet.
    if (minutes > 0 && isDue && lan.current().length > 0 && doors.target().port !== 0) void begin();
    // Nobody looks any more: what was true then is nothing to warn of.
    if (minutes === 0 && running === undefined && checkedAt !== null && now >= checkedAt + MINUTE_MS) servers = [];
    tell();
  }

  /** Who asks while a check runs gets the next one: the questions of this one are out, and nobody hears them twice. */
  function check(): Promise<void> {
    if (running === undefined) return begin();
    next ??= running.then(() => {
      next = undefined;
      return begin();
    });
    return next;
  }

  function begin(): Promise<void> {
    running ??= checkAll()
      .catch((cause: unknown) => {
        log.error({ event: 'pnp.check-failed', cause: String(cause) }, 'the LAN could not be asked for other servers');
      })
      .finally(() => {
        running = undefined;
        checkedAt = clock();
        tell();
      });
    tell();
    return running;
  }

  async function checkAll(): Promise<void> {
    const lans = await Promise.all(lan.current().map(({ address }) => checkLan(address)));
    if (signal.aborted) return;
    takeProblem(lans.flatMap(({ reason, heardAt }) => (reason === null ? [] : [`${heardAt} (${reason})`])));
    const merged = mergeCheck(servers, lans, clock());
    servers = merged.servers;
    for (const { id, address, mac, make, says, url, status } of merged.news) {
      if (isKnown(id)) continue;
      const facts = { event: 'pnp.other-server', address, mac, make, says, url, status };
      log.warn(facts, 'another PnP server answers phones: they take the word of the first');
    }
    for (const { address, mac } of merged.gone) {
      log.info({ event: 'pnp.other-server-gone', address, mac }, 'the other PnP server is silent');
    }
  }

  async function checkLan(heardAt: string): Promise<CheckedLan & { readonly reason: string | null }> {
    const mayAnswer = (address: string) => lan.isOnLink(address) || lan.isOwnAddress(address);
    const asked = await doors.probe({ localAddress: heardAt, target: doors.target(), shapes, mayAnswer, signal });
    if (!asked.ok) return { heardAt, found: null, reason: asked.problem };
    const found = await Promise.all(asked.value.map((heard) => describe(heard, heardAt)));
    return { heardAt, found, reason: null };
  }

  async function describe(heard: HeardServer, heardAt: string): Promise<FoundServer> {
    const { address, status, says, url } = heard;
    const isOwnHost = lan.isOwnAddress(address);
    const isNear = !isOwnHost && lan.isOnLink(address);
    const mac = isNear ? ((await findAsker(doors, heard)) ?? null) : null;
    const make = mac === null ? null : findMakeByPrefix(vendors, mac);
    return { id: mac ?? address, address, mac, make, isOwnHost, heardAt, status, says, url };
  }

  /** Each new trouble once. */
  function takeProblem(where: readonly string[]): void {
    const before = problem?.text;
    problem =
      where.length === 0
        ? null
        : note('other-server.not-asked', 'other PnP servers could not be asked for at {where}', {
            where: where.join(', '),
          });
    if (problem !== null && problem.text !== before) log.warn({ event: 'pnp.check-failed', where }, problem.text);
  }

  function isKnown(id: string): boolean {
    return office.site().trust.knownServers.includes(id);
  }

  function read(): OtherServersState {
    return {
      checkedAt,
      isChecking: running !== undefined,
      problem,
      servers: servers.map(({ missed: _missed, ...server }) => ({ ...server, isKnown: isKnown(server.id) })),
    };
  }

  function tell(): void {
    const now = JSON.stringify(read());
    if (now === shown) return;
    shown = now;
    for (const listener of [...listeners]) listener();
  }

  return {
    read,
    alarms: () => servers.filter(({ id }) => !isKnown(id)),
    check,
    onChange(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}
