import { err, ok, type Result } from '../core/result.ts';
import { formatPrintable } from './format-printable.ts';
import type { GatewayError } from './gateway.ts';
import { childText, findElement, parseXml } from './parse-xml.ts';

/** Out arguments of an action: as they came, nothing about their values is checked. */
export type SoapAnswer = ReadonlyMap<string, string>;

/** Of the longest text that a router shows for an error. */
const LONGEST_TEXT = 100;

/**
 * Reads the answer to an action (UDA 1.1 3.2.2, 3.2.5): its out arguments, or the UPnP error. Prefixes and namespaces do not matter; that it is the answer
 * to this action does.
 */
export function parseSoap(bytes: Uint8Array, action: string): Result<SoapAnswer, GatewayError> {
  const parsed = parseXml(bytes);
  if (!parsed.ok) return malformed(`the answer to ${action} ${parsed.problem}`);
  const body = findElement(parsed.value, 'Body');
  if (body === undefined) return malformed(`the answer to ${action} has no SOAP body`);

  const fault = body.children.find(({ name }) => name === 'Fault');
  if (fault !== undefined) {
    const error = findElement(fault, 'UPnPError') ?? fault;
    const code = childText(error, 'errorCode');
    if (!/^[0-9]{3}$/.test(code)) return malformed(`the fault of ${action} has no error code of UPnP`);
    const text = formatPrintable(childText(error, 'errorDescription'), LONGEST_TEXT);
    return err({ kind: 'upnp', code: Number(code), text });
  }

  const answer = body.children.find(({ name }) => name === `${action}Response`);
  if (answer === undefined) {
    const seen = formatPrintable(body.children[0]?.name ?? '', LONGEST_TEXT);
    return malformed(`the SOAP body has "${seen}"; wanted ${action}Response`);
  }
  const values = new Map<string, string>();
  for (const { name, text } of answer.children) {
    if (values.has(name)) return malformed(`the answer to ${action} has ${formatPrintable(name, LONGEST_TEXT)} twice`);
    values.set(name, text);
  }
  return ok(values);
}

function malformed(text: string): Result<never, GatewayError> {
  return err({ kind: 'malformed', text });
}
