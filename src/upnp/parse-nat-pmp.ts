import { err, ok, type Result } from '../core/result.ts';
import { findNatPmpOpcode, type PortRequest } from './build-nat-pmp.ts';

/** An answer that says no: a result code of RFC 6886 3.5, 1-65535. */
export interface NatPmpRefusal {
  readonly code: number;
}

export interface NatPmpAddress {
  readonly code: 0;
  /** IPv4; 0.0.0.0: it has none. */
  readonly address: string;
  /** Since its table was made (RFC 6886 3.6). */
  readonly epochSeconds: number;
}

export interface NatPmpMapping {
  readonly code: 0;
  readonly externalPort: number;
  readonly leaseSeconds: number;
  readonly epochSeconds: number;
}

const ADDRESS_OPCODE = 0;

/** RFC 6886 3.5: the one code that may come with another opcode, because the question could not be read. */
const UNSUPPORTED_VERSION = 1;

/** Bytes that every answer has: version, opcode, result code, epoch. */
const HEADER = 8;

/** An answer to the question for the external address. The problem: why it is none, with what was seen and wanted. */
export function parseNatPmpAddress(data: Buffer): Result<NatPmpAddress | NatPmpRefusal, string> {
  const code = readCode(data, ADDRESS_OPCODE, 12);
  if (!code.ok) return code;
  if (code.value !== 0) return ok({ code: code.value });
  const address = [...data.subarray(8, 12)].join('.');
  return ok({ code: 0, address, epochSeconds: data.readUInt32BE(4) });
}

/** An answer to one mapping request: of its protocol, for its internal port. */
export function parseNatPmpMapping(
  data: Buffer,
  { protocol, internalPort }: Pick<PortRequest, 'protocol' | 'internalPort'>,
): Result<NatPmpMapping | NatPmpRefusal, string> {
  const code = readCode(data, findNatPmpOpcode(protocol), 16);
  if (!code.ok) return code;
  // Refusals may be short; what they carry of the request still has to fit.
  const port = data.length < 10 ? internalPort : data.readUInt16BE(8);
  if (code.value !== UNSUPPORTED_VERSION && port !== internalPort) {
    return err(`answered for internal port ${port}; wanted ${internalPort}`);
  }
  if (code.value !== 0) return ok({ code: code.value });
  return ok({
    code: 0,
    externalPort: data.readUInt16BE(10),
    leaseSeconds: data.readUInt32BE(12),
    epochSeconds: data.readUInt32BE(4),
  });
}

function readCode(data: Buffer, opcode: number, length: number): Result<number, string> {
  if (data.length < HEADER) return err(`answered with ${data.length} bytes; wanted ${HEADER} at least`);
  const code = data.readUInt16BE(2);
  // Routers that speak PCP only say so with their own version.
  if (code === UNSUPPORTED_VERSION) return ok(code);
  const [version, seen] = data;
  if (version !== 0) return err(`answered in version ${version}; wanted 0`);
  if (seen !== 128 + opcode) return err(`answered with opcode ${seen}; wanted ${128 + opcode}`);
  if (code === 0 && data.length < length) return err(`answered with ${data.length} bytes; wanted ${length}`);
  return ok(code);
}
