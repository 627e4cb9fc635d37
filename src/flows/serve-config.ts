import { checkHandOver } from '../core/check-hand-over.ts';
import { checkIdentity, type NeighbourProof } from '../core/check-identity.ts';
import type { Device } from '../core/device.ts';
import { giveReason } from '../core/journey.ts';
import type { MacAddress } from '../core/mac-address.ts';
import { type Note, note } from '../core/note.ts';
import { vendorById, vendors } from '../vendors/all.ts';
import { findMakeByPrefix, findMakeByUserAgent } from '../vendors/find-make.ts';
import { matchFile } from '../vendors/match-file.ts';
import type { Vendor, VendorFile } from '../vendors/vendor.ts';
import { createAskedNames } from './asked-names.ts';
import type { ConfigCache } from './config-cache.ts';
import type { Deliveries } from './delivery.ts';
import type { Doors } from './doors.ts';
import { createDoorstep } from './doorstep.ts';
import { findMacInPath } from './find-mac-in-path.ts';
import { createHandOvers, type HandOvers } from './hand-overs.ts';
import { createLoginCheck, type LoginCheck } from './login-check.ts';
import { proveNeighbour } from './prove-neighbour.ts';
import { tellPath } from './tell-path.ts';

export interface ConfigRequest {
  readonly method: 'GET' | 'HEAD';
  /** From the path /p/<token>/…; null: the doorstep. */
  readonly token: string | null;
  /** What follows, still percent-encoded, without leading slash. */
  readonly path: string;
  readonly source: string;
  /** The address of ours that the request came to: the files point back to it. */
  readonly localAddress: string;
  readonly userAgent: string;
  /** It came over TLS: nobody on the way read it. */
  readonly isSecure: boolean;
  /** The MAC address in the client certificate that the phone proved itself with; null: it showed none. */
  readonly clientMac: MacAddress | null;
  /** The Authorization header as it came; left out: there is none. */
  readonly authorization?: string | undefined;
  /** The request's target as it came. */
  readonly target?: string | undefined;
  /** Whether the asker has the file of this entity tag already (RFC 9110 13.1.2); left out: it does not say. */
  readonly hasAlready?: ((etag: string) => boolean) | undefined;
}

export type ConfigReply =
  /** `isKnown`: the phone has these bytes, and is told so instead of being sent them. */
  | {
      readonly kind: 'file';
      readonly bytes: Buffer;
      readonly contentType: string;
      readonly etag: string;
      readonly isKnown: boolean;
    }
  /** One of the site's own files, which are no secrets: a language pack, firmware. `tell`: whether it was sent. */
  | { readonly kind: 'site-file'; readonly path: string; readonly tell: (status: 200 | 304) => void }
  /** The phone shall log in; the value of WWW-Authenticate. */
  | { readonly kind: 'challenge'; readonly header: string }
  /** A name that nobody has, or a refusal: both look alike from outside. */
  | { readonly kind: 'not-found' }
  /** We know the file and cannot make it: 500, so that the phone keeps what it has. */
  | { readonly kind: 'broken' };

const NOT_APPROVED = note('reason.not-approved', 'the phone is not approved');
const NO_MAKER = note('reason.no-maker', 'the maker of the phone is not known');
const NO_SUCH_FILE = note('reason.no-such-file', 'no such file');
const WRONG_TOKEN = note('reason.wrong-token', 'the token in the URL is not that of this phone');
const SITE_FILE = note('reason.site-file', "one of the site's files");

const NOT_FOUND: ConfigReply = { kind: 'not-found' };

export type ServeConfig = (request: ConfigRequest) => Promise<ConfigReply>;

interface ServeOptions {
  /** Ends what waits for phones; left out: nothing does. */
  readonly signal?: AbortSignal | undefined;
  readonly logins?: LoginCheck;
}

/** Makes the flow behind the phones' HTTP server: who asks, may he have it, and the bytes. */
export function createConfigServer(
  doors: Doors,
  deliveries: Deliveries,
  cache: ConfigCache,
  hasSiteFile: (path: string) => Promise<boolean>,
  handOvers: HandOvers = createHandOvers(doors),
  { signal, logins = createLoginCheck(doors, { signal }) }: ServeOptions = {},
): ServeConfig {
  const { office, lan, sources, counters, log, clock } = doors;
  const findOnDoorstep = createDoorstep(doors);
  const askedNames = createAskedNames(office);

  return async function serveConfig(request) {
    const neighbour = await proveNeighbour(lan, request.source, office.site().trust.routedNetworks);
    const byToken = request.token === null ? undefined : office.findDeviceByToken(request.token);
    const asker = byToken ?? findOnDoorstep(request, neighbour);
    tellFailures(request, neighbour, byToken);
    if (asker === undefined) {
      counters.refuse('reason.unknown-asker');
      const facts = { event: 'config.unknown-asker', address: request.source, path: tellPath(request.path) };
      afterAnswer(() => log.debug(facts, 'nobody we know asks'));
      return NOT_FOUND;
    }
    const settling = handOvers.settled(asker.mac);
    if (settling !== undefined) await settling;
    const device = office.findDevice(asker.mac) ?? asker;
    if (device.state !== 'approved') return refuse(device, request, NOT_APPROVED);
    const vendor = device.vendorId === null ? undefined : vendorById(device.vendorId);
    if (vendor === undefined) return refuse(device, request, NO_MAKER);

    const match = matchFile(vendor, request.path);
    if (match.kind !== 'file') {
      if (await hasSiteFile(request.path)) return siteFile(device, request);
      return absent(device, request, match.kind === 'absent' ? match.absent.why : NO_SUCH_FILE);
    }
    // A token that is not (or no longer) the device's proves nothing, and on this host itself nothing else does.
    const isProved = neighbour.kind === 'mac' || request.clientMac !== null;
    if (request.token !== null && byToken === undefined && !isProved) return refuse(device, request, WRONG_TOKEN);
    const agent = vendor.readUserAgent(request.userAgent);
    const identity = checkIdentity({
      device: device.mac,
      neighbour,
      inPath: match.mac,
      inUserAgent: agent?.mac ?? undefined,
      inSip: askedNames.find(request.source, clock()),
      inCertificate: request.clientMac,
      // A phone that says itself that it is of that make contradicts nothing.
      ...(agent === undefined && {
        maker: {
          approved: vendor.name,
          byPrefix: findMakeByPrefix(vendors, device.mac),
          byUserAgent: findMakeByUserAgent(vendors, request.userAgent, vendor),
        },
      }),
      access: { hasToken: byToken !== undefined, isSecure: request.isSecure, isHandOver: handOvers.isOpen(device) },
    });
    if (!identity.ok) return refuse(device, request, identity.problem.reason);
    if (!match.file.holdsSecrets) return serve(device, vendor, match.file, request, identity.value.note);
    const handOver = checkHandOver(device.handOver, office.site().trust, request.source, clock());
    if (handOver.ok) {
      const answer = logins.check(device, vendor, request, (because) => tellNoLogin(device, request, because));
      if (answer.kind === 'challenge') {
        if (answer.refusal !== null) tellNoLogin(device, request, answer.refusal);
        return answer;
      }
      const served = { ...answer.device, handOver: handOver.value };
      return serve(served, vendor, match.file, request, answer.told ?? identity.value.note);
    }
    // The phone came, and has what it may have: nobody need wait for it.
    if (!handOvers.isOpen(device)) deliveries.fetched(device.mac);
    return refuse(device, request, handOver.problem.reason);
  };

  /** What only guessing and prying do: a token that nobody has, the files of another phone. That a file is absent is no failure. */
  function tellFailures(request: ConfigRequest, neighbour: NeighbourProof, byToken: Device | undefined): void {
    const { source: address, token, path } = request;
    const mac = neighbour.kind === 'mac' ? neighbour.mac : undefined;
    if (token !== null && byToken === undefined) {
      afterAnswer(() => sources.fail({ kind: 'bad-token', address, mac, what: token }));
    }
    const wanted = mac === undefined ? undefined : (findMacInPath(path) ?? byToken?.mac);
    if (wanted !== undefined && wanted !== mac) {
      afterAnswer(() => sources.fail({ kind: 'contradiction', address, mac, what: wanted }));
    }
  }

  function serve(
    device: Device,
    vendor: Vendor,
    file: VendorFile,
    request: ConfigRequest,
    told: Note | null,
  ): ConfigReply {
    const rendered = cache.render(device, vendor, file, request.localAddress);
    const { mac } = device;
    const at = clock();
    if (!rendered.ok) {
      const because = rendered.problem;
      counters.refuse(because.key);
      const file = tellPath(request.path);
      office.record({ mac, at, step: 'refused', ...giveReason(because), detail: { file, status: 500 } });
      log.error({ event: 'config.failed', mac, file, reason: because.text }, 'a file could not be rendered');
      return { kind: 'broken' };
    }
    const { bytes, contentType, digest } = rendered.value;
    const etag = `"${digest}"`;
    const isKnown = request.hasAlready?.(etag) ?? false;
    if (request.method === 'GET') {
      counters.count('filesServed');
      office.see({ ...device, address: request.source, lastSeenAt: at });
      const sent = isKnown ? { status: 304 } : { status: 200, bytes: bytes.length };
      const path = tellPath(request.path);
      const detail = { file: path, ...sent, digest: digest.slice(0, 16) };
      office.record({ mac, at, step: 'fetched', ...giveReason(told), detail });
      cache.served.note(cache.input(device, vendor, file, request.localAddress), digest);
      if (file === vendor.files[0]) deliveries.fetched(mac);
      log.info({ event: 'config.served', mac, vendor: vendor.id, file: path, ...sent }, 'config served');
    }
    return { kind: 'file', bytes, contentType, etag, isKnown };
  }

  function siteFile({ mac }: Device, { path }: ConfigRequest): ConfigReply {
    const tell = (status: 200 | 304) => {
      counters.count('filesServed');
      const detail = { file: tellPath(path), status };
      office.record({ mac, at: clock(), step: 'fetched', ...giveReason(SITE_FILE), detail });
    };
    return { kind: 'site-file', path, tell };
  }

  function absent(device: Device, request: ConfigRequest, why: Note): ConfigReply {
    counters.count('filesAbsent');
    const detail = { file: tellPath(request.path), status: 404 };
    office.record({ mac: device.mac, at: clock(), step: 'fetched', ...giveReason(why), detail });
    return NOT_FOUND;
  }

  function refuse(device: Device, request: ConfigRequest, because: Note): ConfigReply {
    tellRefusal(device, request, 404, because);
    return NOT_FOUND;
  }

  function tellNoLogin(device: Device, request: ConfigRequest, because: Note): void {
    // It came, and gets nothing now: nobody need wait for it.
    deliveries.fetched(device.mac);
    tellRefusal(device, request, 401, because);
  }

  function tellRefusal(
    { mac }: Device,
    { path, source: address }: Pick<ConfigRequest, 'path' | 'source'>,
    status: 401 | 404,
    because: Note,
  ): void {
    counters.refuse(because.key);
    const at = clock();
    afterAnswer(() => {
      const detail = { file: tellPath(path), address, status };
      office.record({ mac, at, step: 'refused', ...giveReason(because), detail });
      log.info({ event: 'config.refused', mac, address, reason: because.text }, 'config refused');
    });
  }
}

/** What is told of a refusal takes longer for a phone that is known: who asks must not learn it from the time that his 404 took. */
function afterAnswer(tell: () => void): void {
  setImmediate(tell);
}
