import { type MacAddress, parseMacAddress } from '../core/mac-address.ts';

/** Every vendor writes the MAC into its file's name as twelve hex digits; they stand alone or behind letters such as `cfg`. */
export function findMacInPath(path: string): MacAddress | undefined {
  const name = path.slice(path.lastIndexOf('/') + 1);
  const digits = /(?:^|[^0-9a-f]|cfg)([0-9a-f]{12})(?![0-9a-f])/i.exec(name)?.[1];
  return digits === undefined ? undefined : parseMacAddress(digits);
}
