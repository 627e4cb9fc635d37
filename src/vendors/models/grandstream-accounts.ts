/** First of an account's hundred of parameters: P401 is account 2's first. Account 1 has none (docs/vendors/grandstream.md, "Accounts"). */
const ACCOUNT_BASES: readonly number[] = [400, 500, 600, 1700, 1800];

const FIRST_ACCOUNT = {
  active: 'P271',
  name: 'P270',
  server: 'P47',
  outboundProxy: 'P48',
  user: 'P35',
  authName: 'P36',
  password: 'P34',
  displayName: 'P3',
  register: 'P31',
  expiry: 'P32',
  mwi: 'P99',
  voicemail: 'P33',
  srtp: 'P183',
  transport: 'P130',
  codec1: 'P57',
  codec2: 'P58',
  codec3: 'P59',
  codec4: 'P60',
  codec5: 'P61',
  codec6: 'P62',
  codec7: 'P46',
  codec8: 'P98',
  dtmfPayload: 'P79',
};

type AccountKey = keyof typeof FIRST_ACCOUNT;

// biome-ignore format: reads as a table
const OFFSETS: Readonly<Record<AccountKey, number>> = {
  active: 1, server: 2, outboundProxy: 3, user: 4, authName: 5, password: 6, displayName: 7, register: 10, expiry: 12, mwi: 15,
  name: 17, voicemail: 26, srtp: 43, transport: 48, dtmfPayload: 96,
  codec1: 51, codec2: 52, codec3: 53, codec4: 54, codec5: 55, codec6: 56, codec7: 57, codec8: 58,
};

/** Lines 1-6. Later ones have no known names for half of the keys, so that no listed model has them. */
export function grandstreamAccountKeys(line: number): Readonly<Record<string, string>> {
  const evenlySpaced = {
    dtmfInband: `P${2301 + 100 * (line - 1)}`,
    dtmfRfc2833: `P${2302 + 100 * (line - 1)}`,
    dtmfSipInfo: `P${2303 + 100 * (line - 1)}`,
    resetByNotify: `P${26015 + 100 * (line - 1)}`,
  };
  if (line === 1) return { ...FIRST_ACCOUNT, ...evenlySpaced };
  const base = ACCOUNT_BASES[line - 2];
  if (base === undefined) return {};
  const keys = Object.entries(OFFSETS).map(([name, offset]) => [name, `P${base + offset}`] as const);
  return { ...Object.fromEntries(keys), ...evenlySpaced };
}
