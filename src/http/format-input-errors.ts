import type { TSchema } from 'typebox';
import type { TLocalizedValidationError } from 'typebox/error';

/** One thing that is wrong with a request: where, what was seen, what was wanted. */
export interface InputError {
  /** `body.extension`, `query.limit`, `path.mac`. */
  readonly where: string;
  readonly saw: string;
  readonly wanted: string;
}

/** Characters of a value that are quoted back. */
const LONGEST_QUOTE = 60;

/** A request of a thousand faults gets the first of them. */
const MOST_ERRORS = 20;

/** Fields whose value is never said back. */
const SECRET_FIELD = /pass(word|phrase)|token|secret|^code$/i;

/** Says what was seen and wanted for each fault that the schema found in `data`; `part` is `body`, `query` or `path`. */
export function formatInputErrors(
  part: string,
  schema: TSchema,
  data: unknown,
  faults: readonly TLocalizedValidationError[],
): readonly InputError[] {
  const errors = faults.flatMap((fault): InputError[] => {
    const path = fault.instancePath.split('/').slice(1).map(decodePointer);
    switch (fault.keyword) {
      // Told by additionalProperties already.
      case 'boolean':
        return [];
      case 'additionalProperties': {
        const known = Object.keys(propertiesOf(at(schema, fault.schemaPath)));
        const wanted = known.length === 0 ? 'nothing' : `one of ${known.join(', ')}`;
        return fault.params.additionalProperties.map((name) => ({
          where: whereOf(part, [...path, name.slice(0, LONGEST_QUOTE)]),
          saw: 'a name that is not known here',
          wanted,
        }));
      }
      case 'required':
        return fault.params.requiredProperties.map((name) => {
          const property = propertiesOf(at(schema, fault.schemaPath))[name];
          return {
            where: whereOf(part, [...path, name]),
            saw: 'nothing',
            wanted: describeSchema(property) ?? 'a value',
          };
        });
      default:
        return [
          {
            where: whereOf(part, path),
            saw: describeValue(
              valueAt(data, path),
              path.some((name) => SECRET_FIELD.test(name)),
            ),
            wanted: describeWanted(fault, at(schema, fault.schemaPath)),
          },
        ];
    }
  });
  return errors.slice(0, MOST_ERRORS);
}

/** A value as an error may say it back: short, and never a secret. */
export function describeValue(value: unknown, isSecret = false): string {
  if (value === undefined) return 'nothing';
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === 'object' && value !== null) return 'an object';
  if (isSecret) return '[secret]';
  return quote(value);
}

function quote(value: unknown): string {
  const text = JSON.stringify(value) ?? '';
  return text.length > LONGEST_QUOTE ? `${text.slice(0, LONGEST_QUOTE)}…` : text;
}

function describeWanted(fault: TLocalizedValidationError, schema: unknown): string {
  switch (fault.keyword) {
    case 'type':
      return [fault.params.type].flat().map(nameType).join(' or ');
    case 'enum':
      return `one of ${fault.params.allowedValues.map(String).join(', ')}`;
    case 'minLength':
      return `at least ${fault.params.limit} character(s)`;
    case 'maxLength':
      return `at most ${fault.params.limit} characters`;
    case 'minItems':
      return `at least ${fault.params.limit} item(s)`;
    case 'maxItems':
      return `at most ${fault.params.limit} items`;
    case 'minimum':
    case 'maximum':
      return `a number ${fault.params.comparison} ${fault.params.limit}`;
    case 'pattern':
      return describeSchema(schema) ?? `text like ${fault.params.pattern}`;
    default:
      return fault.message;
  }
}

function nameType(type: string): string {
  const names: Readonly<Record<string, string>> = {
    string: 'text in quotes',
    integer: 'a whole number',
    number: 'a number',
    boolean: 'true or false',
    array: 'a list',
    object: 'an object',
  };
  return names[type] ?? type;
}

function describeSchema(schema: unknown): string | undefined {
  const description = isRecord(schema) ? schema.description : undefined;
  return typeof description === 'string' ? description : undefined;
}

function propertiesOf(schema: unknown): Readonly<Record<string, unknown>> {
  const properties = isRecord(schema) ? schema.properties : undefined;
  return isRecord(properties) ? properties : {};
}

/** The part of the schema that a path such as `#/properties/limit` names. */
function at(schema: unknown, pointer: string): unknown {
  return valueAt(schema, pointer.split('/').slice(1).map(decodePointer));
}

function valueAt(data: unknown, path: readonly string[]): unknown {
  let value = data;
  for (const name of path) value = isRecord(value) && Object.hasOwn(value, name) ? value[name] : undefined;
  return value;
}

function whereOf(part: string, path: readonly string[]): string {
  return [part, ...path].join('.');
}

/** RFC 6901 4. */
function decodePointer(text: string): string {
  return text.replaceAll('~1', '/').replaceAll('~0', '~');
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
