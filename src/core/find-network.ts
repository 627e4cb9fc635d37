import { isInNetwork, parseAddress, parseNetwork } from './parse-network.ts';

/** Which of the networks (CIDR) holds the address; undefined: none. */
export function findNetwork(networks: readonly string[], address: string): string | undefined {
  const number = networks.length === 0 ? undefined : parseAddress(address);
  if (number === undefined) return undefined;
  return networks.find((text) => {
    const network = parseNetwork(text);
    return network !== undefined && isInNetwork(number, network);
  });
}
