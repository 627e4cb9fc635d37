import { withOrigin } from '../core/audit-origin.ts';
import { chooseAutoApproval } from '../core/choose-auto-approval.ts';
import type { Device } from '../core/device.ts';
import { giveReason } from '../core/journey.ts';
import { commitApproval, noteApproveProblem } from './approve-device.ts';
import type { Doors } from './doors.ts';

const RULE = 'auto-approve rule';

/** Watches for pending phones that a rule of the site approves, also for a rule that comes later. Returns what ends the watch. */
export function startAutoApproval({ office, log, clock }: Pick<Doors, 'office' | 'log' | 'clock'>): () => void {
  const underWay = new Set<string>();
  let rules = JSON.stringify(office.site().autoApprove);

  const endDevice = office.onDevice(({ after }) => {
    // Heard for each phone that is seen: almost all are decided.
    if (after?.state === 'pending') void consider(after);
  });
  const endSite = office.onSite(({ autoApprove }) => {
    const before = rules;
    rules = JSON.stringify(autoApprove);
    if (rules !== before) void considerAll();
  });

  /** Who came first gets the first number. */
  async function considerAll(): Promise<void> {
    const known = rules;
    const waiting = [...office.devices()].filter(({ state }) => state === 'pending');
    for (const device of waiting.sort((a, b) => a.firstSeenAt - b.firstSeenAt)) {
      // Other rules have come: their own walk has begun.
      if (rules !== known) return;
      await consider(device);
    }
  }

  /** `device`: a pending one. */
  async function consider(device: Device): Promise<void> {
    const { mac } = device;
    if (office.site().autoApprove.length === 0 || underWay.has(mac)) return;
    underWay.add(mac);
    try {
      // Whoever made the phone pending, a datagram or a person: the rule decides.
      await withOrigin(RULE, () => approve(device));
    } catch (cause) {
      log.error({ event: 'auto-approval.failed', mac, cause: String(cause) }, 'auto-approval failed');
    } finally {
      underWay.delete(mac);
    }
  }

  async function approve(device: Device): Promise<void> {
    // Choosing and approving are one decision: the extension is free and the phone undecided until it is stored.
    const refusal = await office.exclusively(async () => {
      const choice = choose(device);
      if (choice === undefined || !choice.ok) return choice?.problem;
      const request = { mac: device.mac, extensions: [choice.value], actor: RULE };
      const result = await commitApproval(office, request, clock());
      return result.ok ? undefined : noteApproveProblem(result.problem);
    });
    if (refusal === undefined) return;
    office.record({ mac: device.mac, at: clock(), step: 'refused', ...giveReason(refusal), detail: {} });
  }

  function choose(device: Device) {
    const now = office.findDevice(device.mac);
    if (now === undefined) return undefined;
    return chooseAutoApproval(now, office.site().autoApprove, {
      exists: (number) => office.findExtension(number) !== undefined,
      isTaken: (number) => office.holdersOf(number).length > 0,
    });
  }

  return () => {
    endDevice();
    endSite();
  };
}
