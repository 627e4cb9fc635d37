import { originNow, withOrigin } from '../core/audit-origin.ts';
import { giveReason } from '../core/journey.ts';
import type { Logger } from '../core/logger.ts';
import type { MacAddress } from '../core/mac-address.ts';
import { type Note, note } from '../core/note.ts';
import { err, ok, type Result } from '../core/result.ts';
import {
  type ApproveProblem,
  type ApproveRequest,
  approveDevice,
  noteApproveProblem,
  planApproval,
} from './approve-device.ts';
import type { Office } from './office.ts';

/** How long a person may take back an approval. */
export const UNDO_MS = 5_000;

export interface HeldApproval {
  readonly request: ApproveRequest;
  /** When it is carried out; milliseconds since 1970. */
  readonly dueAt: number;
}

/**
 * Approvals that can be taken back for a few seconds. Until then nothing is decided: no file, no NOTIFY, no audit entry, no
 * extension made, so that taking back leaves no trace and a phone that asks meanwhile learns nothing. They are held here and
 * not in the page: a closed tab changes nothing about them.
 */
export interface HeldApprovals {
  /** Checks as an approval does, and keeps the extensions from others. Holding again replaces what was held. */
  hold(request: ApproveRequest): Result<HeldApproval, ApproveProblem>;
  /** False: it is too late, or there was none. */
  undo(mac: MacAddress): boolean;
  find(mac: MacAddress): HeldApproval | undefined;
  /** Extensions that are promised and not given yet. */
  promised(): ReadonlySet<string>;
  /** Carries out all that is held, at once: the program ends. */
  finish(): Promise<void>;
}

interface Held extends HeldApproval {
  readonly timer: NodeJS.Timeout;
  readonly from: string;
}

export function createHeldApprovals({
  office,
  log,
  clock,
  holdMs = UNDO_MS,
}: {
  readonly office: Office;
  readonly log: Logger;
  readonly clock: () => number;
  readonly holdMs?: number;
}): HeldApprovals {
  const held = new Map<MacAddress, Held>();
  const underWay = new Set<Promise<void>>();

  function take(mac: MacAddress): Held | undefined {
    const found = held.get(mac);
    if (found === undefined) return undefined;
    clearTimeout(found.timer);
    held.delete(mac);
    return found;
  }

  function carryOut(mac: MacAddress): void {
    const found = take(mac);
    if (found === undefined) return;
    // Also when the program ends and carries it out: it was decided there.
    const run = withOrigin(found.from, () => approve(found.request)).finally(() => underWay.delete(run));
    underWay.add(run);
  }

  async function approve(request: ApproveRequest): Promise<void> {
    const { mac } = request;
    try {
      const result = await approveDevice(office, request, clock());
      if (result.ok) return;
      // Something else was decided in these seconds. The page that asked is answered already: the journey tells.
      tell(request, noteApproveProblem(result.problem));
    } catch (cause) {
      log.error({ event: 'approval.failed', mac, cause: String(cause) }, 'an approval could not be stored');
      tell(request, note('reason.not-stored', 'the approval could not be stored: the log says why'));
    }
  }

  function tell({ mac, actor }: ApproveRequest, because: Note): void {
    office.record({ mac, at: clock(), step: 'refused', ...giveReason(because), detail: { by: actor } });
  }

  function findRival(request: ApproveRequest): ApproveProblem | undefined {
    if (request.share === true) return undefined;
    for (const [mac, other] of held) {
      const extension = request.extensions.find((number) => other.request.extensions.includes(number));
      if (mac !== request.mac && extension !== undefined) return { kind: 'extension-taken', extension, by: mac };
    }
    return undefined;
  }

  return {
    hold(request) {
      const now = clock();
      const planned = planApproval(office, request, now);
      if (!planned.ok) return planned;
      const rival = findRival(request);
      if (rival !== undefined) return err(rival);
      take(request.mac);
      const timer = setTimeout(() => carryOut(request.mac), holdMs);
      const approval = { request, dueAt: now + holdMs, timer, from: originNow() };
      held.set(request.mac, approval);
      return ok(approval);
    },
    undo: (mac) => take(mac) !== undefined,
    find: (mac) => held.get(mac),
    promised: () => new Set([...held.values()].flatMap(({ request }) => request.extensions)),
    async finish() {
      for (const mac of [...held.keys()]) carryOut(mac);
      await Promise.all(underWay);
    },
  };
}
