declare const brand: unique symbol;

/** Twelve lower-case hex digits, as in `001565aabbcc`. Made by `parseMacAddress` only. */
export type MacAddress = string & { readonly [brand]: 'MacAddress' };

const TWELVE_HEX_DIGITS = /^[0-9a-f]{12}$/;

/**
 * Accepts 00:15:65:aa:bb:cc, 00-15-65-AA-BB-CC, 0015.65aa.bbcc, 001565-AABBCC and 001565aabbcc; returns 001565aabbcc.
 * Group addresses and all zeros are nobody's phone: undefined.
 */
export function parseMacAddress(text: string): MacAddress | undefined {
  if (text.length > 17) return undefined;
  const digits = text.trim().toLowerCase().replace(/[:.-]/g, '');
  if (!TWELVE_HEX_DIGITS.test(digits) || digits === '000000000000') return undefined;
  // IEEE 802: the lowest bit of the first octet marks a group address.
  if (Number.parseInt(digits.slice(1, 2), 16) % 2 === 1) return undefined;
  return digits as MacAddress;
}

/** `00:15:65:aa:bb:cc`, as people and the kernel write it. */
export function formatMacAddress(mac: MacAddress): string {
  return mac.replace(/(..)(?=.)/g, '$1:');
}
