/** A parser, or several of one format, as the fuzzer feeds them. */
export interface FuzzTarget {
  /** Also the folder of its corpus, `test/fuzz/corpus/<name>/`. */
  readonly name: string;
  /** Folders of the project with further inputs to begin with, read as they are. */
  readonly folders?: readonly string[];
  /** Words of the format, put in here and there. */
  readonly words: readonly string[];
  /** Bytes of an input: somewhat more than the parser says it takes. */
  readonly largest: number;
  /** Ms that an input of 16 KiB may take, longer ones in proportion; 50 where nothing is said. */
  readonly patienceMs?: number;
  /** Bytes that come out for one that went in, beside 64 KiB; 16 where nothing is said. */
  readonly growth?: number;
  /** Does with the input all that we do with one. What comes back is measured; what is thrown is a failure: a bug, or a law that does not hold. */
  run(input: Buffer): unknown;
}

/** A law of the target. */
export function demand(holds: boolean, law: string): void {
  if (!holds) throw new Error(law);
}
