import type { MappingProtocol } from '../core/internet.ts';
import type { PortRequest } from './build-nat-pmp.ts';

/** RFC 6887 section 5. */
export const PCP_VERSION = 2;

/** RFC 6887 19.1. */
export const PCP_OPCODES = { announce: 0, map: 1 } as const;

/** Bytes of the header that requests and answers share in length (RFC 6887 section 7). */
export const PCP_HEADER = 24;

/** Bytes of a MAP request and of its answer, without options (RFC 6887 11.1). */
export const PCP_MAP_LENGTH = PCP_HEADER + 36;

/** Bytes (RFC 6887 11.1: 96 bits). */
export const PCP_NONCE_LENGTH = 12;

/** IANA protocol numbers. */
const PROTOCOLS: Readonly<Record<MappingProtocol, number>> = { UDP: 17, TCP: 6 };

/** RFC 4291 2.5.5.2: how IPv4 addresses are written in 16 bytes. */
const IPV4_MAPPED = Buffer.from('00000000000000000000ffff', 'hex');

export interface PcpMapRequest extends PortRequest {
  /** IPv4 of ours; the router refuses another one than the sender's (RFC 6887 8.1). */
  readonly localAddress: string;
  /** 12 bytes; the same for the whole life of a mapping. */
  readonly nonce: Buffer;
}

export function findPcpProtocol(protocol: MappingProtocol): number {
  return PROTOCOLS[protocol];
}

/** RFC 6887 14.1.2: who are you, and since when? Changes nothing. */
export function buildPcpAnnounceRequest(localAddress: string): Buffer {
  return buildHeader(PCP_OPCODES.announce, 0, localAddress);
}

/** RFC 6887 11.1; a removal where the lease is 0 (15.1). */
export function buildPcpMapRequest(request: PcpMapRequest): Buffer {
  const payload = Buffer.alloc(PCP_MAP_LENGTH - PCP_HEADER);
  request.nonce.copy(payload, 0, 0, PCP_NONCE_LENGTH);
  payload.writeUInt8(findPcpProtocol(request.protocol), 12);
  payload.writeUInt16BE(request.internalPort, 16);
  payload.writeUInt16BE(request.externalPort, 18);
  // No address in particular, written as an IPv4 one (RFC 6887 section 5): which one it is, is the router's affair.
  IPV4_MAPPED.copy(payload, 20);
  return Buffer.concat([buildHeader(PCP_OPCODES.map, request.leaseSeconds, request.localAddress), payload]);
}

function buildHeader(opcode: number, leaseSeconds: number, localAddress: string): Buffer {
  const data = Buffer.alloc(PCP_HEADER);
  data.writeUInt8(PCP_VERSION, 0);
  data.writeUInt8(opcode, 1);
  data.writeUInt32BE(leaseSeconds, 4);
  IPV4_MAPPED.copy(data, 8);
  data.set(localAddress.split('.').map(Number), 20);
  return data;
}
