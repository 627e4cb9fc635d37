/** Numbers that a seed decides (xorshift, Marsaglia 2003, doi:10.18637/jss.v008.i14): the same seed gives the same ones on every machine. */
export interface Random {
  /** A whole number from 0 to `below` - 1. */
  below(below: number): number;
  /** One of them; there must be one. */
  pick<T>(items: readonly T[]): T;
}

export function createRandom(seed: number): Random {
  // Zero would stay zero.
  let state = seed >>> 0 || 1;
  function next(): number {
    state ^= state << 13;
    state ^= state >>> 17;
    state = (state ^ (state << 5)) >>> 0;
    return state / 2 ** 32;
  }
  const below = (limit: number) => Math.floor(next() * limit);
  return {
    below,
    pick(items) {
      const item = items[below(items.length)];
      if (item === undefined) throw new Error('there is nothing to pick from');
      return item;
    },
  };
}

/** The seed of one run: every input can be made again without those before it. */
export function mixSeeds(seed: number, name: string, run: number): number {
  let mixed = 0x811c9dc5 ^ seed;
  for (const byte of Buffer.from(`${name} ${run}`)) mixed = Math.imul(mixed ^ byte, 0x01000193);
  return mixed >>> 0;
}
