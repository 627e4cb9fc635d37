import { readParameters } from '../core/read-parameters.ts';

/** One hop of a message's way (RFC 3261 20.42). */
export interface Via {
  /** As written: UDP, TCP … */
  readonly transport: string;
  /** Host of sent-by, as written. */
  readonly host: string;
  /** Undefined: the transport's default. */
  readonly port: number | undefined;
  /** Names in lower case; a flag's value is empty. */
  readonly parameters: ReadonlyMap<string, string>;
}

// Blanks may stand around the slashes and the colon (RFC 3261 25.1, SLASH and COLON).
const HOP =
  /^SIP[ \t]*\/[ \t]*2\.0[ \t]*\/[ \t]*([^ \t/;,]+)[ \t]+(\[[0-9A-Fa-f:.]+\]|[^ \t:;,[\]]+)[ \t]*(?::[ \t]*([0-9]{1,5})[ \t]*)?(?:;|$)/i;

/** Does the value begin as a Via must? Cheaper than reading it. */
export function isVia(value: string): boolean {
  return HOP.test(value);
}

/** Reads one Via value; undefined: not one. */
export function readVia(value: string): Via | undefined {
  const hop = HOP.exec(value);
  if (hop === null) return undefined;
  const [matched, transport = '', host = '', port] = hop;
  return {
    transport,
    host,
    port: port === undefined ? undefined : Number(port),
    parameters: readParameters(value.slice(matched.length)),
  };
}
