import { inspect } from 'node:util';

/** A value that never prints itself: not in a log, not in JSON, not in an error. Only the renderer, the cipher and the digest answer reveal it. */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return '[secret]';
  }

  toJSON(): string {
    return '[secret]';
  }

  [inspect.custom](): string {
    return '[secret]';
  }
}
