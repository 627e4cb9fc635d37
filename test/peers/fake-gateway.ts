import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { answerAction, type FakeWan } from './fake-igd-actions.ts';
import { buildSoapAnswer, buildSoapFault, describeIgd, readSoapCall, type SoapCall } from './fake-igd-xml.ts';
import { createMappingTable, type MappingTable, type TableQuirks } from './fake-mapping-table.ts';
import { openFakeSsdp, type SsdpLook, type UdpPlace } from './fake-ssdp.ts';

/** A request that came, whatever became of it. */
export interface SeenRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
  /** IPv4 of the sender. */
  readonly from: string;
  /** Null: no SOAP. */
  readonly call: SoapCall | null;
}

/** Takes over an answer: sends what no router should, or nothing. */
export type Mischief = (response: ServerResponse, request: SeenRequest) => void;

/** How the description and the control points look. May be changed while it runs. */
export interface GatewayLook {
  name?: string;
  manufacturer?: string;
  model?: string;
  /** URLBase of its description; null: none. */
  urlBase?: string | null | undefined;
  /** Control URLs carry host and port (Linksys). */
  hasAbsoluteControlUrls?: boolean;
  /** The whole description, in place of its own. */
  description?: string | undefined;
}

export interface FakeGatewayOptions {
  /** Where it stands. Default 127.0.0.1; another one of 127/8 makes a second router. */
  readonly address?: string;
  /** Of the device and, unless named, of its service. Default 1. */
  readonly version?: 1 | 2;
  /** Types of its WAN*Connection services; default one WANIPConnection of its version. */
  readonly services?: readonly string[];
  readonly udn?: string;
  /** SSDP by multicast: the group that is joined on loopback. Default: searched at its own address, any port. */
  readonly group?: UdpPlace;
  /** Milliseconds from any start. Default `performance.now`. */
  readonly clock?: () => number;
  readonly quirks?: TableQuirks;
  readonly ssdp?: SsdpLook;
  readonly look?: GatewayLook;
}

export interface FailOptions {
  /** How often; default: always. */
  readonly times?: number;
  /** Only such calls: `hasLease`, or anything. */
  readonly when?: (call: SoapCall) => boolean;
}

export interface RebootOptions {
  /** The table survives, as with a lease file. Default: it is lost. */
  readonly keepsTable?: boolean;
  /** HTTP is found at another port afterwards (Asus). Default: at the same one. */
  readonly movesPort?: boolean;
  /** Where byebye and alive are sent; default: nowhere. */
  readonly tells?: UdpPlace;
}

export interface FakeGateway {
  readonly address: string;
  readonly udn: string;
  /** Where M-SEARCH is heard. */
  readonly ssdpPlace: UdpPlace;
  /** Of HTTP, now. */
  readonly port: number;
  /** URL of its description, now. */
  readonly location: string;
  /** Now; each reboot adds one. */
  readonly bootId: number;
  readonly requests: SeenRequest[];
  /** Targets of the M-SEARCH that came. */
  readonly searches: readonly string[];
  readonly table: MappingTable;
  readonly quirks: TableQuirks;
  readonly ssdp: SsdpLook;
  readonly look: GatewayLook;
  /** Of the first service. */
  readonly wan: FakeWan;
  /** Of each service, in the order of the options. */
  readonly wans: readonly FakeWan[];
  /** Names of the actions that were asked for. */
  actions(): string[];
  /** Bytes that each connection was sent, open ones too. */
  bytesSent(): number[];
  /** Connections that are open now. */
  openConnections(): number;
  /** From now on an action is refused with a UPnP error code. */
  fail(action: string, code: number, options?: FailOptions): void;
  /** From now on answers are not its own: those of an action, of all of them (`control`), or of the `description`. */
  misbehave(target: string, mischief: Mischief, times?: number): void;
  /** Ends all of `fail` and `misbehave`. */
  heal(): void;
  /** The WAN has lost its address, or has another one. */
  setWan(wan: Partial<FakeWan>): void;
  /** Its line was cut and comes back: uptime starts again, nothing else is lost. */
  reconnect(address?: string): void;
  /** Accepts connections and answers nothing more. */
  freeze(): void;
  thaw(): void;
  /** Nothing listens any more: connections are refused. */
  switchOff(): Promise<void>;
  switchOn(options?: Pick<RebootOptions, 'movesPort'>): Promise<void>;
  reboot(options?: RebootOptions): Promise<void>;
  notify(kind: 'alive' | 'byebye', to: UdpPlace): Promise<void>;
  close(): Promise<void>;
}

const DESCRIPTION_PATH = '/rootDesc.xml';

/** Bytes; calls of ours have less than one KiB. */
const LONGEST_REQUEST = 65_536;

/** AddPortMapping with a lease: what 725, and 402 of some, is about. */
export function hasLease({ args }: SoapCall): boolean {
  return args.get('NewLeaseDuration') !== '0';
}

/**
 * An Internet Gateway Device on real sockets: SSDP, its description, and control with a table of its own. It behaves as WANIPConnection:1 or :2
 * define, until told otherwise.
 */
export async function openFakeGateway(options: FakeGatewayOptions = {}): Promise<FakeGateway> {
  const { address = '127.0.0.1', version = 1, clock = () => performance.now() } = options;
  const udn = options.udn ?? `uuid:0a1b2c3d-${address.replaceAll('.', '')}-4e5f-8a9b-0c1d2e3f4a5b`;
  const types = options.services ?? [`urn:schemas-upnp-org:service:WANIPConnection:${version}`];
  const services = types.map((type, index) => ({ type, path: `/ctl/${index}` }));
  const quirks: TableQuirks = { ...options.quirks };
  const look: GatewayLook = { ...options.look };
  const ssdpLook: SsdpLook = { ...options.ssdp };
  const table = createMappingTable(version, quirks, clock);
  const wan: FakeWan = { address: '198.51.100.7', connection: 'Connected' };
  const wans = services.map((_, index) => (index === 0 ? wan : { address: '', connection: 'Disconnected' }));
  const requests: SeenRequest[] = [];
  const sockets = new Set<Socket>();
  const failures: { action: string; code: number; left: number; when: (call: SoapCall) => boolean }[] = [];
  const mischiefs: { target: string; mischief: Mischief; left: number }[] = [];
  let upSince = clock();
  let bootId = 1;
  let isFrozen = false;
  let isOn = false;
  let port = 0;
  let server: Server | undefined;

  const location = () => `http://${address}:${port}${DESCRIPTION_PATH}`;
  const ssdp = await openFakeSsdp({
    address,
    ...(options.group !== undefined && { group: options.group }),
    look: ssdpLook,
    isAwake: () => isOn && !isFrozen,
    facts: () => ({
      location: location(),
      udn,
      bootId,
      targets: ['upnp:rootdevice', `urn:schemas-upnp-org:device:InternetGatewayDevice:${version}`, ...types],
    }),
  });
  await switchOn();

  async function switchOn({ movesPort = false }: Pick<RebootOptions, 'movesPort'> = {}): Promise<void> {
    if (isOn) return;
    const previous = port;
    // Its own old port stays taken while the new one is chosen.
    const placeholder = movesPort ? await listen(previous) : undefined;
    server = await listen(movesPort ? 0 : previous);
    await stop(placeholder);
    server.on('connection', (socket: Socket) => void sockets.add(socket));
    server.on('request', onRequest);
    port = (server.address() as AddressInfo).port;
    isOn = true;
  }

  async function switchOff(): Promise<void> {
    isOn = false;
    await stop(server);
    server = undefined;
  }

  async function listen(wanted: number): Promise<Server> {
    const created = createServer();
    // A keep-alive connection would survive as a second way to the same router; daemons close after each answer.
    created.keepAliveTimeout = 1;
    created.listen(wanted, address);
    await once(created, 'listening');
    return created;
  }

  function onRequest(request: IncomingMessage, response: ServerResponse): void {
    let body = '';
    request.setEncoding('utf8');
    request.on('data', (part: string) => {
      body = (body + part).slice(0, LONGEST_REQUEST);
    });
    request.on('error', () => {});
    response.on('error', () => {});
    request.on('end', () => {
      const { method = '', url = '', headers } = request;
      const call = method === 'POST' ? (readSoapCall(body) ?? null) : null;
      const seen = { method, url, headers, body, from: request.socket.remoteAddress ?? '', call };
      requests.push(seen);
      if (!isFrozen) answer(seen, response);
    });
  }

  function answer(seen: SeenRequest, response: ServerResponse): void {
    const { method, url, call } = seen;
    const isDescription = method === 'GET' && url === DESCRIPTION_PATH;
    const names = isDescription ? ['description'] : call === null ? [] : [call.action, 'control'];
    const bad = mischiefs.find(({ target, left }) => names.includes(target) && left > 0);
    if (bad !== undefined) {
      bad.left--;
      bad.mischief(response, seen);
      return;
    }
    if (isDescription) return send(response, 200, look.description ?? describe());
    const service = services.findIndex(({ path }) => path === url);
    const serving = services[service];
    if (method !== 'POST' || serving === undefined) return send(response, 404, '<html><body>Not Found</body></html>');
    const outcome = call === null ? 402 : decide(seen, call, service);
    if (typeof outcome === 'number') return send(response, 500, buildSoapFault(outcome));
    const { action = '' } = call ?? {};
    send(response, 200, buildSoapAnswer({ action, serviceType: serving.type }, outcome));
  }

  function decide({ headers, from }: SeenRequest, call: SoapCall, service: number) {
    const { type } = services[service] ?? { type: '' };
    // UDA 1.0 3.2.1: the header names what the body asks for.
    if (call.serviceType !== type || headers.soapaction !== `"${type}#${call.action}"`) return 401;
    const failure = failures.find(({ action, left, when }) => action === call.action && left > 0 && when(call));
    if (failure !== undefined) {
      failure.left--;
      return failure.code;
    }
    const uptimeSeconds = Math.floor((clock() - upSince) / 1_000);
    return answerAction(call, { table, wan: wans[service] ?? wan, uptimeSeconds, sender: from });
  }

  function describe(): string {
    const { name = 'Fake router', manufacturer = 'Plugtone', model = `Fake ${version}`, urlBase = null } = look;
    const controlBase = look.hasAbsoluteControlUrls ? `http://${address}:${port}` : '';
    return describeIgd({ version, udn, name, manufacturer, model, services, urlBase, controlBase });
  }

  return {
    address,
    udn,
    ssdpPlace: ssdp.place,
    get port() {
      return port;
    },
    get location() {
      return location();
    },
    get bootId() {
      return bootId;
    },
    requests,
    searches: ssdp.searches,
    table,
    quirks,
    ssdp: ssdpLook,
    look,
    wan,
    wans,
    actions: () => requests.flatMap(({ call }) => (call === null ? [] : [call.action])),
    bytesSent: () => [...sockets].map(({ bytesWritten }) => bytesWritten),
    openConnections: () => [...sockets].filter(({ destroyed }) => !destroyed).length,
    fail: (action, code, { times = Number.POSITIVE_INFINITY, when = () => true } = {}) =>
      void failures.unshift({ action, code, left: times, when }),
    misbehave: (target, mischief, times = Number.POSITIVE_INFINITY) =>
      void mischiefs.unshift({ target, mischief, left: times }),
    heal: () => {
      failures.length = 0;
      mischiefs.length = 0;
    },
    setWan: (changed) => void Object.assign(wan, changed),
    reconnect: (newAddress = wan.address) => {
      upSince = clock();
      Object.assign(wan, { address: newAddress, connection: 'Connected' });
    },
    freeze: () => {
      isFrozen = true;
    },
    thaw: () => {
      isFrozen = false;
    },
    switchOff,
    switchOn,
    reboot: async ({ keepsTable = false, movesPort = false, tells } = {}) => {
      if (tells !== undefined) await ssdp.notify('byebye', tells);
      await switchOff();
      if (!keepsTable) table.clear();
      bootId++;
      upSince = clock();
      await switchOn({ movesPort });
      if (tells !== undefined) await ssdp.notify('alive', tells);
    },
    notify: ssdp.notify,
    close: async () => {
      await switchOff();
      await ssdp.close();
    },
  };
}

function send(response: ServerResponse, status: number, body: string): void {
  response.writeHead(status, {
    'content-type': 'text/xml; charset="utf-8"',
    'content-length': Buffer.byteLength(body),
    server: 'Fake/1 UPnP/1.1 FakeGateway/1',
    ext: '',
    connection: 'close',
  });
  response.end(body);
}

async function stop(server: Server | undefined): Promise<void> {
  if (server === undefined) return;
  server.close();
  server.closeAllConnections();
  await once(server, 'close');
}
