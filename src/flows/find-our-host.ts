import type { Device } from '../core/device.ts';
import type { Doors } from './doors.ts';

/** Our address as the phone's file names it; 127.0.0.1 where no served interface leads to the phone, or it never showed itself. */
export function findOurHost({ lan }: Pick<Doors, 'lan'>, { address }: Pick<Device, 'address'>): string {
  return (address === null ? undefined : lan.localAddressFor(address)) ?? '127.0.0.1';
}
