import { EXTENSION_NUMBER } from '../core/extension.ts';
import { type MacAddress, parseMacAddress } from '../core/mac-address.ts';

export interface NumberList {
  /** For the selected phones, in their order. */
  readonly numbers: readonly string[];
  /** Lines that name their phone. */
  readonly byMac: ReadonlyMap<MacAddress, string>;
  /** What was not understood. */
  readonly faults: readonly string[];
}

/** More than any office gets in one go; a typing error (101-999999) must not fill the memory. */
export const MOST_NUMBERS = 1_000;

/** Reads what people type or paste: `101-150`, `101, 102, 105`, one per line, or lines of a MAC address and a number. */
export function readNumberList(text: string): NumberList {
  const numbers: string[] = [];
  const byMac = new Map<MacAddress, string>();
  const faults: string[] = [];
  for (const line of text.split(/[\r\n;]+/)) {
    const words = line.split(/[\s,]+/).filter((word) => word !== '');
    const macs = words.flatMap((word) => parseMac(word) ?? []);
    const others = words.filter((word) => parseMac(word) === undefined);
    const [mac] = macs;
    const [number] = others;
    if (mac !== undefined) {
      if (macs.length === 1 && others.length === 1 && number !== undefined && EXTENSION_NUMBER.test(number))
        byMac.set(mac, number);
      else faults.push(line.trim().slice(0, 60));
      continue;
    }
    for (const word of others) {
      const range = readRange(word);
      if (range !== undefined) numbers.push(...range.slice(0, MOST_NUMBERS - numbers.length));
      else faults.push(word.slice(0, 60));
    }
  }
  return { numbers: numbers.slice(0, MOST_NUMBERS), byMac, faults };
}

/** With separators, or with a letter: twelve plain digits may be a telephone number. */
function parseMac(word: string): MacAddress | undefined {
  return /[:.-]|[a-f]/i.test(word) || word.startsWith('00') ? parseMacAddress(word) : undefined;
}

function readRange(word: string): string[] | undefined {
  const match = /^(\d{1,9})(?:-|–|\.\.)(\d{1,9})$/.exec(word);
  if (match === null) return EXTENSION_NUMBER.test(word) ? [word] : undefined;
  const [, first = '', last = ''] = match;
  const length = Number(last) - Number(first) + 1;
  if (length < 1 || length > MOST_NUMBERS) return undefined;
  // 0010-0019 keeps its leading zeros.
  return Array.from({ length }, (_, index) => String(Number(first) + index).padStart(first.length, '0'));
}
