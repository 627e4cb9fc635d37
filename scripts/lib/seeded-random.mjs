/** The seed that was given as text, or another one each time; never 0, which xorshift does not leave. */
export function chooseSeed(given) {
  return Number(given ?? Date.now() % 2 ** 31) >>> 0 || 1;
}

/** Numbers 0 ≤ n < 1, the same for the same seed: Marsaglia's xorshift (doi:10.18637/jss.v008.i14). */
export function createRandom(seed) {
  let state = seed;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state = (state ^ (state << 5)) >>> 0;
    return state / 2 ** 32;
  };
}
