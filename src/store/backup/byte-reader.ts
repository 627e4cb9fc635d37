/** Takes a stream in pieces of the size that is wanted. Holds no more than one piece and what came with it. */
export interface ByteReader {
  /** So many bytes; fewer only at the end. */
  read(length: number): Promise<Buffer>;
  /** Up to a line end, which is taken away; undefined: none within `longest` bytes. */
  readLine(longest: number): Promise<string | undefined>;
  isAtEnd(): Promise<boolean>;
}

export function createByteReader(source: AsyncIterable<Buffer>): ByteReader {
  const pieces = source[Symbol.asyncIterator]();
  let held: Buffer = Buffer.alloc(0);

  /** False: the stream is over before. */
  async function hold(length: number): Promise<boolean> {
    if (held.length >= length) return true;
    const parts = [held];
    let sum = held.length;
    while (sum < length) {
      const { done, value } = await pieces.next();
      if (done === true) break;
      parts.push(value);
      sum += value.length;
    }
    held = Buffer.concat(parts);
    return held.length >= length;
  }

  function take(length: number): Buffer {
    const taken = held.subarray(0, length);
    held = held.subarray(length);
    return taken;
  }

  return {
    async read(length) {
      await hold(length);
      return take(length);
    },
    async readLine(longest) {
      await hold(longest);
      const end = held.subarray(0, longest).indexOf(0x0a);
      if (end < 0) return undefined;
      return take(end + 1)
        .subarray(0, -1)
        .toString('latin1');
    },
    isAtEnd: async () => !(await hold(1)),
  };
}
