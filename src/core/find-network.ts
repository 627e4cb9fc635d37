import { isInNetwork, type Network, parseAddress, parseNetwork } from './parse-network.ts';

/** Settings are replaced, never changed: what a list says is read once, however many phones ask. */
const readLists = new WeakMap<readonly string[], readonly (Network | undefined)[]>();

/** Which of the networks (CIDR) holds the address; undefined: none. */
export function findNetwork(networks: readonly string[], address: string): string | undefined {
  const number = networks.length === 0 ? undefined : parseAddress(address);
  if (number === undefined) return undefined;
  let read = readLists.get(networks);
  if (read === undefined) {
    read = networks.map(parseNetwork);
    readLists.set(networks, read);
  }
  return networks.find((_, index) => {
    const network = read[index];
    return network !== undefined && isInNetwork(number, network);
  });
}
