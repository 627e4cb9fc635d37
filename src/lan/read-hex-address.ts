/**
 * An IPv4 address as the files under /proc/net print it (proc(5)): eight hex digits, a number of the machine's own byte order. Dotted;
 * undefined: the text is none.
 */
export function readHexAddress(hex: string, byteOrder: 'LE' | 'BE'): string | undefined {
  if (!/^[0-9A-Fa-f]{8}$/.test(hex)) return undefined;
  const octets = [...Buffer.from(hex, 'hex')];
  return (byteOrder === 'LE' ? octets.reverse() : octets).join('.');
}
