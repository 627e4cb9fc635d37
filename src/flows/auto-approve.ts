import { chooseAutoApproval } from '../core/choose-auto-approval.ts';
import type { Device } from '../core/device.ts';
import { approveDevice, describeApproveProblem } from './approve-device.ts';
import type { Doors } from './doors.ts';

/** Watches for pending phones that a rule of the site approves. Returns what ends the watch. */
export function startAutoApproval({ office, log, clock }: Pick<Doors, 'office' | 'log' | 'clock'>): () => void {
  const underWay = new Set<string>();

  return office.onDevice(({ after }) => {
    if (after?.state !== 'pending' || office.site().autoApprove.length === 0 || underWay.has(after.mac)) return;
    underWay.add(after.mac);
    approve(after)
      .catch((cause: unknown) => {
        log.error({ event: 'auto-approval.failed', mac: after.mac, cause: String(cause) }, 'auto-approval failed');
      })
      .finally(() => underWay.delete(after.mac));
  });

  async function approve(device: Device): Promise<void> {
    // One at a time: the next free extension is free until the one before has it.
    const choice = await office.exclusively(async () => choose(device));
    if (choice === undefined) return;
    if (!choice.ok) {
      office.record({ mac: device.mac, at: clock(), step: 'refused', reason: choice.problem, detail: {} });
      return;
    }
    const request = { mac: device.mac, extensions: [choice.value], actor: 'auto-approve rule' };
    const result = await approveDevice(office, request, clock());
    if (result.ok) return;
    // Another phone took the number between the choice and the decision: choose again.
    if (result.problem.kind === 'extension-taken') return approve(device);
    const reason = describeApproveProblem(result.problem);
    office.record({ mac: device.mac, at: clock(), step: 'refused', reason, detail: {} });
  }

  function choose(device: Device) {
    const now = office.findDevice(device.mac);
    if (now === undefined) return undefined;
    return chooseAutoApproval(now, office.site().autoApprove, {
      exists: (number) => office.findExtension(number) !== undefined,
      isTaken: (number) => office.holdersOf(number).length > 0,
    });
  }
}
