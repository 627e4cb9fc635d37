import { type Static, type TSchema, type TSchemaOptions, type TUnsafe, Type } from 'typebox';

/** Text or null. A list of types, not a union: it is serialised without trying, and OpenAPI 3.1 knows it. */
export function nullableText(options: TSchemaOptions = {}): TUnsafe<string | null> {
  return Type.Unsafe<string | null>({ ...options, type: ['string', 'null'] });
}

/** One of some words. */
export function oneOf<const W extends string>(words: readonly W[], options: TSchemaOptions = {}): TUnsafe<W> {
  return Type.Unsafe<W>({ ...options, type: 'string', enum: [...words] });
}

/** RFC 3339, UTC, or null. */
export function nullableTime(description: string): TUnsafe<string | null> {
  return nullableText({ format: 'date-time', description });
}

/** An integer or null. */
export function nullableNumber(description: string): TUnsafe<number | null> {
  return Type.Unsafe<number | null>({ type: ['integer', 'null'], description });
}

/** Null, or an object of the schema: as a list of types, so that it is serialised without trying. */
export function nullable<T extends TSchema>(schema: T): TUnsafe<Static<T> | null> {
  return Type.Unsafe<Static<T> | null>({ ...schema, type: ['object', 'null'] });
}

/** A map whose values have many types; what they may be is checked elsewhere. */
export function openMap(options: TSchemaOptions = {}): TUnsafe<Readonly<Record<string, unknown>>> {
  return Type.Unsafe<Readonly<Record<string, unknown>>>({ ...options, type: 'object', additionalProperties: true });
}

/** A piece of a list, and where the next piece begins. */
export function pageOf<T extends TSchema>(items: T, examples: readonly unknown[]) {
  return Type.Object(
    {
      items: Type.Array(items),
      next: nullableText({ description: 'Give it as `cursor` to read on; null: this was the last piece.' }),
    },
    { examples: [{ items: examples, next: null }] },
  );
}

/** Without control characters: what a phone's file could not hold anyway, or would take as another line. */
export const PLAIN_TEXT = '^[^\\u0000-\\u001f\\u007f-\\u009f\\u2028\\u2029]*$';

/** Milliseconds since 1970 as RFC 3339 in UTC. */
export function formatTime(at: number): string {
  return new Date(at).toISOString();
}

export function formatTimeOrNull(at: number | null): string | null {
  return at === null ? null : formatTime(at);
}

/** How many items of a list may be asked for at once. */
export const PageLimit = Type.Integer({
  minimum: 1,
  maximum: 500,
  default: 100,
  description: 'Items at most',
  examples: [100],
});

export const DEFAULT_LIMIT = 100;

export const Mac = Type.String({ description: 'Twelve lower-case hex digits', examples: ['001565aabbcc'] });

export const MacParams = Type.Object({
  mac: Type.String({
    description: 'The MAC address in any spelling: 001565aabbcc, 00:15:65:AA:BB:CC, 0015.65aa.bbcc …',
    examples: ['001565aabbcc'],
  }),
});
