import { err, ok, type Result } from '../core/result.ts';
import { formatPrintable } from './format-printable.ts';
import { parseUrl } from './parse-url.ts';
import { childText, findElement, parseXml, walk, type XmlElement } from './parse-xml.ts';

/** A service that maps ports. */
export interface IgdService {
  /** `urn:schemas-upnp-org:service:WANIPConnection:2` */
  readonly type: string;
  /** On the host of the description, any port. */
  readonly controlUrl: URL;
}

/** What we use of a device description (UDA 1.1 2.3). Texts are printable and cut. */
export interface IgdDescription {
  /** Of the root device, in whatever form; null: it has none. */
  readonly udn: string | null;
  readonly name: string | null;
  readonly manufacturer: string | null;
  readonly model: string | null;
  /** At least one; newer and IP before PPP. */
  readonly services: readonly IgdService[];
}

/** Where a description was read. */
export interface DescriptionPlace {
  readonly location: URL;
  /** The host that LOCATION named before it was rewritten; URLs in the description name it too. */
  readonly namedHost: string;
}

/** Best first. IGD:1 has version 1 only; version 2 of PPP is in no standard, but harmless. */
const SERVICE_TYPES = [
  'urn:schemas-upnp-org:service:WANIPConnection:2',
  'urn:schemas-upnp-org:service:WANIPConnection:1',
  'urn:schemas-upnp-org:service:WANPPPConnection:2',
  'urn:schemas-upnp-org:service:WANPPPConnection:1',
];

/** Each may be asked for its state; DSL boxes have two or three. */
const MOST_SERVICES = 6;

/** Reads a device description; the problem says what was seen and what was wanted. */
export function parseDescription(bytes: Uint8Array, place: DescriptionPlace): Result<IgdDescription, string> {
  const parsed = parseXml(bytes);
  if (!parsed.ok) return err(`its description ${parsed.problem}`);
  const root = parsed.value;
  const device = findElement(root, 'device');
  if (device === undefined) return err('its description has no device');

  const base = chooseBase(findElement(root, 'URLBase')?.text ?? '', place);
  const services: IgdService[] = [];
  let problem = 'its description has no WANIPConnection and no WANPPPConnection: it does not map ports';
  for (const element of walk(root)) {
    if (element.name !== 'service') continue;
    const type = childText(element, 'serviceType');
    if (!SERVICE_TYPES.includes(type)) continue;
    const controlUrl = readControlUrl(childText(element, 'controlURL'), base, place);
    if (!controlUrl.ok) problem = `the control URL of its ${type.split(':').slice(-2).join(':')} ${controlUrl.problem}`;
    else if (!services.some((known) => known.type === type && known.controlUrl.href === controlUrl.value.href)) {
      services.push({ type, controlUrl: controlUrl.value });
    }
  }
  if (services.length === 0) return err(problem);
  services.sort((a, b) => SERVICE_TYPES.indexOf(a.type) - SERVICE_TYPES.indexOf(b.type));
  return ok({ ...readNames(device), services: services.slice(0, MOST_SERVICES) });
}

function readNames(device: XmlElement): Omit<IgdDescription, 'services'> {
  const read = (name: string) => formatPrintable(childText(device, name)) || null;
  return {
    udn: read('UDN'),
    name: read('friendlyName'),
    manufacturer: read('manufacturer'),
    model: read('modelName'),
  };
}

/**
 * What relative URLs start from (UDA 1.0 2.1). URLBase is wrong often enough to be believed only where it names the host of the description;
 * without a port it means the description's, because devices forget it.
 */
function chooseBase(text: string, { location, namedHost }: DescriptionPlace): URL {
  const parsed = parseUrl(text);
  if (!parsed.ok) return location;
  const base = parsed.value;
  if (base.hostname !== location.hostname && base.hostname !== namedHost) return location;
  base.hostname = location.hostname;
  if (!/^http:\/\/[^/?#]*:[0-9]+/i.test(text)) base.port = location.port;
  return base;
}

function readControlUrl(text: string, base: URL, { location, namedHost }: DescriptionPlace): Result<URL, string> {
  if (text === '') return err('is missing');
  const parsed = parseUrl(text, base);
  if (!parsed.ok) return parsed;
  const url = parsed.value;
  if (url.hostname !== location.hostname && url.hostname !== namedHost) {
    return err(`names ${url.hostname}; wanted ${location.hostname}, which answered`);
  }
  url.hostname = location.hostname;
  return ok(url);
}
