import type { FastifySchemaCompiler } from 'fastify';
import type { TSchema } from 'typebox';
import { Compile } from 'typebox/compile';
import { formatInputErrors, type InputError } from './format-input-errors.ts';

/** Carries the faults of a request from Fastify's validation to its error handler. */
export class InvalidInput extends Error {
  readonly errors: readonly InputError[];

  constructor(errors: readonly InputError[]) {
    super('invalid input');
    this.errors = errors;
  }
}

const PARTS: Readonly<Record<string, string>> = {
  body: 'body',
  querystring: 'query',
  params: 'path',
  headers: 'header',
};

/**
 * Validates with TypeBox. A body is taken as it is: `101` is not `"101"`, or an extension would lose its leading zeros. What
 * stands in the address is text always: whole numbers are read where the schema wants them, and nothing else is guessed.
 */
export const compileValidator: FastifySchemaCompiler<TSchema> = ({ schema, httpPart = 'body' }) => {
  const compiled = Compile(schema);
  return (data: unknown) => {
    const value = httpPart === 'body' ? data : readNumbers(schema, data);
    if (compiled.Check(value)) return { value };
    return {
      error: new InvalidInput(
        formatInputErrors(PARTS[httpPart] ?? httpPart, schema, value ?? undefined, compiled.Errors(value)),
      ),
    };
  };
};

function readNumbers(schema: TSchema, data: unknown): unknown {
  if (typeof data !== 'object' || data === null) return data;
  const properties: Readonly<Record<string, { readonly type?: unknown } | undefined>> =
    Reflect.get(schema, 'properties') ?? {};
  const read = Object.entries(data).map(([name, value]: [string, unknown]) => {
    const isNumber = properties[name]?.type === 'integer' && typeof value === 'string' && /^\d{1,15}$/.test(value);
    return [name, isNumber ? Number(value) : value];
  });
  return Object.fromEntries(read);
}
