// Where a benchmark's traffic goes: a cable between two network namespaces of its own, or the loopback interface.
import { execFileSync, spawnSync } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { waitingConnections } from './as-service.mjs';

/**
 * @typedef {object} Network
 * @property {'namespaces' | 'loopback'} kind
 * @property {string} description
 * @property {string} serverAddress
 * @property {string} serverInterface
 * @property {number} sipPort
 * @property {number} webPort
 * @property {number} phonePort
 * @property {string} phoneAddress first of the phones' addresses, the others follow
 * @property {number} phoneAddresses
 * @property {string | undefined} phoneNetwork all of them, CIDR; undefined: the server's own host, which is trusted anyway
 * @property {(command: readonly string[]) => string[]} onServer the same command, run where servers run
 * @property {(command: readonly string[]) => string[]} onPhones the same command, run where phones run
 * @property {() => Network} inside the same without the cable: servers and phones on the loopback interface of the server's host
 * @property {() => void} close
 */

/** In a namespace of its own an appliance has its usual ports; on loopback a PBX or another appliance may have them. */
const OWN_PORTS = { sipPort: 5060, webPort: 8080, phonePort: 8060 };
const LOOPBACK_PORTS = { sipPort: 15_060, webPort: 18_080, phonePort: 18_060 };

/** Why namespaces cannot be had; undefined: they can. */
export function whyNoNamespaces() {
  if (process.platform !== 'linux') return 'network namespaces are Linux’s';
  if (process.getuid?.() !== 0) return 'network namespaces need root';
  if (spawnSync('ip', ['-V']).status !== 0) return 'iproute2 is not installed';
  if (spawnSync('nft', ['--version']).status !== 0) return 'nftables is not installed';
  const probe = `ptb-probe-${process.pid}`;
  const made = spawnSync('ip', ['netns', 'add', probe], { encoding: 'utf8' });
  spawnSync('ip', ['netns', 'del', probe]);
  return made.status === 0 ? undefined : `no network namespace can be made: ${made.stderr.trim()}`;
}

/**
 * @param {object} wanted
 * @param {number} wanted.phoneAddresses
 * @param {(index: number) => string} wanted.macOf each phone's own MAC address, as the server's neighbour table shall show it
 * @returns {Network}
 */
export function openNetwork({ phoneAddresses, macOf }) {
  const reason = whyNoNamespaces();
  if (reason === undefined) return openNamespaces(phoneAddresses, macOf);
  process.stderr.write(`${reason}: on loopback, with one address for all phones\n`);
  return openLoopback();
}

/**
 * For what must not be more than one process, and needs no phones' addresses.
 * @returns {Network}
 */
export function openLoopback() {
  return {
    kind: 'loopback',
    description: 'loopback, one address for all phones',
    serverAddress: '127.0.0.1',
    serverInterface: 'lo',
    ...LOOPBACK_PORTS,
    phoneAddress: '127.0.0.1',
    phoneAddresses: 1,
    phoneNetwork: undefined,
    onServer: (command) => onCore(0, command),
    onPhones: (command) => onCore(1, command),
    inside: openLoopback,
    close: () => undefined,
  };
}

/**
 * @param {number} phoneAddresses
 * @param {(index: number) => string} macOf
 * @returns {Network}
 */
function openNamespaces(phoneAddresses, macOf) {
  const server = `ptb-${process.pid}-srv`;
  const phones = `ptb-${process.pid}-phn`;
  const close = () => {
    process.removeListener('exit', close);
    for (const name of [server, phones]) spawnSync('ip', ['netns', 'del', name]);
  };
  // Also where the benchmark ends by an exception.
  process.once('exit', close);
  for (const name of [server, phones]) ip('netns', 'add', name);
  ip('-n', server, 'link', 'add', 'eth0', 'type', 'veth', 'peer', 'name', 'eth0', 'netns', phones);
  for (const name of [server, phones]) {
    for (const link of ['lo', 'eth0']) ip('-n', name, 'link', 'set', link, 'up');
  }
  ip('-n', server, 'addr', 'add', '10.79.0.1/16', 'dev', 'eth0');
  // What systemd/plugtone-sysctl.conf sets, as far as it is the namespace's own.
  const set = ['sh', '-c', `echo ${waitingConnections()} > /proc/sys/net/core/somaxconn`];
  execFileSync('ip', ['netns', 'exec', server, ...set], { stdio: ['ignore', 'ignore', 'inherit'] });
  const addresses = Array.from({ length: phoneAddresses }, (_, index) => phoneAddressAt(index));
  batch(
    phones,
    addresses.map((address) => `addr add ${address}/16 dev eth0`),
  );
  giveOwnMacs(server, phones, addresses, macOf);
  return {
    kind: 'namespaces',
    description: `multicast over a cable between two network namespaces, ${phoneAddresses} phones with an address and a MAC each`,
    serverAddress: '10.79.0.1',
    serverInterface: 'eth0',
    ...OWN_PORTS,
    phoneAddress: phoneAddressAt(0),
    phoneAddresses,
    phoneNetwork: '10.79.0.0/16',
    onServer: (command) => ['ip', 'netns', 'exec', server, ...onCore(0, command)],
    onPhones: (command) => ['ip', 'netns', 'exec', phones, ...onCore(1, command)],
    inside: () => ({
      ...openLoopback(),
      ...OWN_PORTS,
      onServer: (command) => ['ip', 'netns', 'exec', server, ...onCore(0, command)],
      onPhones: (command) => ['ip', 'netns', 'exec', server, ...onCore(1, command)],
    }),
    close,
  };
}

/**
 * All phones share one network card, yet the server's neighbour table shall show each with its own MAC. So the entries are permanent
 * ones, and the phones' card takes frames for whatever MAC: without the nft rule the kernel drops what is not for its own.
 * @param {string} server
 * @param {string} phones
 * @param {readonly string[]} addresses
 * @param {(index: number) => string} macOf
 */
function giveOwnMacs(server, phones, addresses, macOf) {
  const rules = [
    'add table netdev phones',
    'add chain netdev phones any-mac { type filter hook ingress device "eth0" priority 0; }',
    'add rule netdev phones any-mac meta pkttype set host',
  ];
  execFileSync('ip', ['netns', 'exec', phones, 'nft', '-f', '-'], { input: `${rules.join('\n')}\n` });
  batch(
    server,
    addresses.map((address, index) => `neigh add ${address} lladdr ${macOf(index)} dev eth0 nud permanent`),
  );
}

/** @param {number} index */
function phoneAddressAt(index) {
  const host = 0x1001 + index;
  return `10.79.${host >> 8}.${host & 255}`;
}

/** @param {string[]} args */
function ip(...args) {
  execFileSync('ip', args, { stdio: ['ignore', 'ignore', 'inherit'] });
}

/**
 * @param {string} namespace
 * @param {readonly string[]} lines
 */
function batch(namespace, lines) {
  execFileSync('ip', ['-n', namespace, '-batch', '-'], { input: `${lines.join('\n')}\n` });
}

/**
 * Server and phones each on a core of their own; on a machine with one core they share it.
 * @param {number} core
 * @param {readonly string[]} command
 */
function onCore(core, command) {
  return availableParallelism() < 2 ? [...command] : ['taskset', '-c', String(core), ...command];
}
