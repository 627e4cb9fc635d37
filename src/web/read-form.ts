import type { FastifyRequest } from 'fastify';
import type { ApiApp } from '../http/api-app.ts';

/** A form as it was sent: every value is text, trimmed; a field that was not sent is empty. */
export interface Form {
  get(name: string): string;
  /** As it was typed: of a password a blank at the end is a part. */
  raw(name: string): string;
  all(name: string): readonly string[];
  /** Whether a checkbox is set or a button was pressed. */
  has(name: string): boolean;
  names(): readonly string[];
}

/** More fields than the largest form has: bulk approval of 500 phones. */
const MOST_FIELDS = 5_000;

export function readForm(request: FastifyRequest): Form {
  const fields = request.body instanceof URLSearchParams ? request.body : new URLSearchParams();
  return {
    get: (name) => (fields.get(name) ?? '').trim(),
    raw: (name) => fields.get(name) ?? '',
    all: (name) => fields.getAll(name).map((value) => value.trim()),
    has: (name) => fields.has(name),
    names: () => [...new Set(fields.keys())],
  };
}

/** The rows of fields named `<prefix>.<index>.<field>`, in order, without those that `<prefix>.<index>.remove` takes away. */
export function readRowIndexes(form: Form, prefix: string): readonly number[] {
  const indexes = form.names().flatMap((name) => {
    const [first, index = '', field] = name.split('.', 3);
    return first === prefix && field !== undefined && /^\d{1,3}$/.test(index) ? [Number(index)] : [];
  });
  return [...new Set(indexes)].sort((a, b) => a - b).filter((index) => !form.has(`${prefix}.${index}.remove`));
}

/**
 * `portMappings.0.count`, as a check tells it, is the field `mapping.3.count` where rows were left out between. Undefined: the
 * check tells of no row.
 */
export function fieldOfRow(
  where: string,
  rows: readonly { readonly index: number }[],
  prefix: string,
): string | undefined {
  const [, position, field] = where.split('.');
  if (position === undefined || field === undefined) return undefined;
  return `${prefix}.${rows[Number(position)]?.index ?? 0}.${field}`;
}

/** What browsers send from a form (URL standard 5.1). */
export function readFormBodies(app: ApiApp): void {
  app.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (_request, body, done) => {
    const text = String(body);
    if (text.split('&', MOST_FIELDS + 1).length > MOST_FIELDS) {
      done(Object.assign(new Error('too many fields'), { statusCode: 413, code: 'FST_ERR_CTP_BODY_TOO_LARGE' }));
      return;
    }
    done(null, new URLSearchParams(text));
  });
}
