import type { MappingProtocol } from '../core/internet.ts';

/** What NAT-PMP and PCP say about one mapping. The host that gets the traffic is always the one that asks. */
export interface PortRequest {
  readonly protocol: MappingProtocol;
  /** 1-65535. */
  readonly internalPort: number;
  /** The wanted one, 1-65535; 0: none in particular, as in a removal. */
  readonly externalPort: number;
  /** 0: removes the mapping. */
  readonly leaseSeconds: number;
}

/** RFC 6886 3.3. */
const OPCODES: Readonly<Record<MappingProtocol, number>> = { UDP: 1, TCP: 2 };

/** Version 0, opcode 0 (RFC 6886 3.2): what is the external address? 2 bytes. */
export function buildNatPmpAddressRequest(): Buffer {
  return Buffer.from([0, 0]);
}

/** The opcode of a mapping request; its answer has 128 more. */
export function findNatPmpOpcode(protocol: MappingProtocol): number {
  return OPCODES[protocol];
}

/** RFC 6886 3.3, and 3.4 for a removal. 12 bytes. */
export function buildNatPmpMapRequest({ protocol, internalPort, externalPort, leaseSeconds }: PortRequest): Buffer {
  const data = Buffer.alloc(12);
  data.writeUInt8(findNatPmpOpcode(protocol), 1);
  data.writeUInt16BE(internalPort, 4);
  data.writeUInt16BE(externalPort, 6);
  data.writeUInt32BE(leaseSeconds, 8);
  return data;
}
