import { err, ok, type Result } from '../core/result.ts';
import {
  findPcpProtocol,
  PCP_HEADER,
  PCP_MAP_LENGTH,
  PCP_NONCE_LENGTH,
  PCP_OPCODES,
  PCP_VERSION,
  type PcpMapRequest,
} from './build-pcp.ts';

/** An answer that says no: a result code of RFC 6887 7.4, 1-255. */
export interface PcpRefusal {
  readonly code: number;
}

export interface PcpAnnouncement {
  readonly code: 0;
  /** Since it began to keep its state (RFC 6887 8.5). */
  readonly epochSeconds: number;
}

export interface PcpMapping {
  readonly code: 0;
  readonly externalPort: number;
  /** IPv4; null: another one, as then told by `seenAddress`. */
  readonly externalAddress: string | null;
  /** The 16 bytes, in hexadecimal. */
  readonly seenAddress: string;
  readonly leaseSeconds: number;
  readonly epochSeconds: number;
}

/** RFC 6887 section 9: the one code that comes in another version. A router that speaks NAT-PMP only says it in version 0. */
export const UNSUPP_VERSION = 1;

/** RFC 6887 section 7: the longest message. */
const LONGEST = 1_100;

/** Bytes that NAT-PMP and PCP share: version, opcode, result code, and four that differ. */
const SHARED_HEADER = 8;

const IPV4_MAPPED_HEX = '00000000000000000000ffff';

/** An answer to ANNOUNCE. The problem: why it is none, with what was seen and wanted. */
export function parsePcpAnnouncement(data: Buffer): Result<PcpAnnouncement | PcpRefusal, string> {
  const code = readCode(data, PCP_OPCODES.announce, PCP_HEADER);
  if (!code.ok) return code;
  return ok(code.value === 0 ? { code: 0, epochSeconds: data.readUInt32BE(8) } : { code: code.value });
}

/** An answer to this MAP request: refusals repeat its nonce, protocol and internal port, too (RFC 6887 8.3, 11.4). */
export function parsePcpMapping(
  data: Buffer,
  request: Pick<PcpMapRequest, 'nonce' | 'protocol' | 'internalPort'>,
): Result<PcpMapping | PcpRefusal, string> {
  const code = readCode(data, PCP_OPCODES.map, PCP_MAP_LENGTH);
  if (!code.ok) return code;
  if (code.value === UNSUPP_VERSION) return ok({ code: code.value });
  const payload = data.subarray(PCP_HEADER);
  if (!payload.subarray(0, PCP_NONCE_LENGTH).equals(request.nonce))
    return err('answered with a nonce that is not ours');
  const protocol = payload.readUInt8(12);
  const wanted = findPcpProtocol(request.protocol);
  if (protocol !== wanted) return err(`answered for protocol ${protocol}; wanted ${wanted}`);
  const port = payload.readUInt16BE(16);
  if (port !== request.internalPort) return err(`answered for internal port ${port}; wanted ${request.internalPort}`);
  if (code.value !== 0) return ok({ code: code.value });
  const seenAddress = payload.subarray(20, 36).toString('hex');
  return ok({
    code: 0,
    externalPort: payload.readUInt16BE(18),
    externalAddress: seenAddress.startsWith(IPV4_MAPPED_HEX) ? [...payload.subarray(32, 36)].join('.') : null,
    seenAddress,
    leaseSeconds: data.readUInt32BE(4),
    epochSeconds: data.readUInt32BE(8),
  });
}

function readCode(data: Buffer, opcode: number, length: number): Result<number, string> {
  if (data.length < SHARED_HEADER || data.length > LONGEST) {
    return err(`answered with ${data.length} bytes; wanted ${length} to ${LONGEST}`);
  }
  const [version, seen, , code = 0] = data;
  if (version !== PCP_VERSION) {
    return code === UNSUPP_VERSION ? ok(code) : err(`answered in version ${version}; wanted ${PCP_VERSION}`);
  }
  if (seen !== 128 + opcode) return err(`answered with opcode ${seen}; wanted ${128 + opcode}`);
  if (code === UNSUPP_VERSION) return ok(code);
  if (data.length < length) return err(`answered with ${data.length} bytes; wanted ${length} to ${LONGEST}`);
  return ok(code);
}
