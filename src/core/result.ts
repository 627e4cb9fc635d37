/** An expected outcome: a value, or a problem that somebody must answer. Bugs are exceptions instead. */
export type Result<T, P> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly problem: P };

export function ok<T>(value: T): { readonly ok: true; readonly value: T } {
  return { ok: true, value };
}

export function err<P>(problem: P): { readonly ok: false; readonly problem: P } {
  return { ok: false, problem };
}
