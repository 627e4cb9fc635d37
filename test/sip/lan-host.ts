import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import type { InterfaceWatch } from '../../src/lan/interface-watch.ts';
import type { LanInterface } from '../../src/lan/lan-address.ts';

/** An interface watch that is turned by hand. */
export interface HandWatch extends InterfaceWatch {
  /** What is served from now on, loopback addresses; one poll. */
  serve(...addresses: readonly string[]): void;
}

export function watchByHand(...first: readonly string[]): HandWatch {
  const changeListeners = new Set<(served: readonly LanInterface[]) => void>();
  const pollListeners = new Set<() => void>();
  let served = first.map(toInterface);
  return {
    current: () => served,
    localAddressFor: () => served[0]?.address,
    isOnLink: () => true,
    isOwnAddress: () => true,
    onChange: (listener) => {
      changeListeners.add(listener);
      return () => void changeListeners.delete(listener);
    },
    onPoll: (listener) => {
      pollListeners.add(listener);
      return () => void pollListeners.delete(listener);
    },
    serve: (...addresses) => {
      served = addresses.map(toInterface);
      for (const listener of changeListeners) listener(served);
      for (const listener of pollListeners) listener();
    },
  };
}

function toInterface(address: string): LanInterface {
  return { name: 'lo', address, prefixLength: 8 };
}

/** A bound UDP socket on loopback that sends its multicast over loopback. */
export async function openPeer(port = 0, address = '127.0.0.1'): Promise<Socket> {
  const socket = createSocket('udp4');
  socket.bind(port, address);
  await once(socket, 'listening');
  if (address === '127.0.0.1') socket.setMulticastInterface(address);
  return socket;
}
