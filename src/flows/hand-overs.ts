import type { Device } from '../core/device.ts';
import { isHandOverOpen, openHandOver } from '../core/hand-over.ts';
import type { MacAddress } from '../core/mac-address.ts';
import type { Doors } from './doors.ts';
import { findAsker } from './find-asker.ts';
import { proveNeighbour } from './prove-neighbour.ts';

/** Opens the windows in which phones fetch their files. In memory at once; to the disk with the next batch. */
export interface HandOvers {
  /** A phone is asked to fetch its files: it may. */
  open(mac: MacAddress): void;
  /**
   * A booting phone is told its URL. It may fetch if it never did since its approval, and the neighbour table shows that it was the
   * phone that asked; one that has its files already stays sealed (decision 0011).
   */
  openAtBoot(device: Device): void;
  isOpen(device: Device): boolean;
  /** Resolves when it is known whether the phone's boot opens its window. Undefined: it is, as almost always. */
  settled(mac: MacAddress): Promise<void> | undefined;
}

export function createHandOvers({ office, lan, sip, log, clock }: Doors): HandOvers {
  const proofs = new Map<MacAddress, Promise<void>>();

  function open(mac: MacAddress): void {
    const device = office.findDevice(mac);
    const handOver = openHandOver(office.site().trust, clock());
    if (device?.state === 'approved' && handOver !== null) office.see({ ...device, handOver });
  }

  function isOpen(device: Device): boolean {
    return isHandOverOpen(device.handOver, office.site().trust, clock());
  }

  async function openIfProved({ mac, dialog, token }: Device): Promise<void> {
    if (dialog === null) return;
    const source = { address: dialog.sourceAddress, port: dialog.sourcePort };
    const neighbour = await proveNeighbour(lan, source.address);
    const isPhone =
      neighbour.kind === 'loopback' ||
      (neighbour.kind === 'mac' && neighbour.mac === mac) ||
      (await findAsker({ lan, sip }, source, mac)) === mac;
    const now = office.findDevice(mac);
    if (isPhone && now?.token === token && !now.handOver?.address) open(mac);
  }

  return {
    open,
    isOpen,
    openAtBoot(device) {
      const { mac } = device;
      // As almost always: the site has no windows.
      if (office.site().trust.handOverMinutes === 0 || device.handOver?.address) return;
      const proof = openIfProved(device)
        .catch((cause: unknown) => log.error({ event: 'hand-over.failed', cause: String(cause) }, 'no hand-over'))
        .finally(() => {
          if (proofs.get(mac) === proof) proofs.delete(mac);
        });
      proofs.set(mac, proof);
    },
    settled: (mac) => proofs.get(mac),
  };
}
