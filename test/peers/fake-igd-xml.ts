/** What a fake router writes and reads: its description (UDA 1.0 2.1) and SOAP (UDA 1.0 3.2). */

/** One WAN*Connection service. */
export interface FakeService {
  /** `urn:schemas-upnp-org:service:WANIPConnection:1` … */
  readonly type: string;
  /** Path of its control URL. */
  readonly path: string;
}

export interface DescriptionFacts {
  readonly version: 1 | 2;
  readonly udn: string;
  readonly name: string;
  readonly manufacturer: string;
  readonly model: string;
  readonly services: readonly FakeService[];
  /** Its text; null: no such element. */
  readonly urlBase: string | null;
  /** Before each control URL: `http://127.0.0.1:1234`, or nothing. */
  readonly controlBase: string;
}

/** Code to text, as routers send it. */
export const ERROR_TEXTS: Readonly<Record<number, string>> = {
  401: 'Invalid Action',
  402: 'Invalid Args',
  501: 'Action Failed',
  606: 'Action not authorized',
  713: 'SpecifiedArrayIndexInvalid',
  714: 'NoSuchEntryInArray',
  715: 'WildCardNotPermittedInSrcIP',
  716: 'WildCardNotPermittedInExtPort',
  718: 'ConflictInMappingEntry',
  724: 'SamePortValuesRequired',
  725: 'OnlyPermanentLeasesSupported',
  726: 'RemoteHostOnlySupportsWildcard',
  727: 'ExternalPortOnlySupportsWildcard',
  728: 'NoPortMapsAvailable',
  729: 'ConflictWithOtherMechanisms',
  732: 'WildCardNotPermittedInIntPort',
};

export interface SoapCall {
  readonly action: string;
  /** From the body. */
  readonly serviceType: string;
  /** In the order of the body, unescaped. */
  readonly args: ReadonlyMap<string, string>;
}

/** A root device with its WANDevice and WANConnectionDevice. */
export function describeIgd(facts: DescriptionFacts): string {
  const { version, udn, services, controlBase } = facts;
  const list = services.map(
    ({ type, path }, index) =>
      `<service><serviceType>${type}</serviceType><serviceId>urn:upnp-org:serviceId:WANConn${index + 1}</serviceId>` +
      `<SCPDURL>${path}.xml</SCPDURL><controlURL>${controlBase}${path}</controlURL><eventSubURL>/evt${path}</eventSubURL></service>`,
  );
  const connection = device(`WANConnectionDevice:${version}`, `${udn}-3`, 'WANConnectionDevice', list.join('\n'), '');
  const common =
    '<service><serviceType>urn:schemas-upnp-org:service:WANCommonInterfaceConfig:1</serviceType>' +
    '<serviceId>urn:upnp-org:serviceId:WANCommonIFC1</serviceId><SCPDURL>/WANCfg.xml</SCPDURL>' +
    `<controlURL>${controlBase}/ctl/CmnIfCfg</controlURL><eventSubURL>/evt/CmnIfCfg</eventSubURL></service>`;
  const wan = device(`WANDevice:${version}`, `${udn}-2`, 'WANDevice', common, connection);
  const base = facts.urlBase === null ? '' : `<URLBase>${escapeXml(facts.urlBase)}</URLBase>`;
  return (
    '<?xml version="1.0"?>\n<root xmlns="urn:schemas-upnp-org:device-1-0"><specVersion><major>1</major><minor>0</minor></specVersion>' +
    `${base}\n${device(`InternetGatewayDevice:${version}`, udn, facts.name, '', wan, facts)}</root>\n`
  );
}

function device(
  type: string,
  udn: string,
  name: string,
  services: string,
  devices: string,
  { manufacturer, model }: Pick<DescriptionFacts, 'manufacturer' | 'model'> = {
    manufacturer: 'Plugtone',
    model: 'fake',
  },
): string {
  return (
    `<device><deviceType>urn:schemas-upnp-org:device:${type}</deviceType><friendlyName>${escapeXml(name)}</friendlyName>` +
    `<manufacturer>${escapeXml(manufacturer)}</manufacturer><modelName>${escapeXml(model)}</modelName><UDN>${escapeXml(udn)}</UDN>\n` +
    `${services === '' ? '' : `<serviceList>\n${services}\n</serviceList>`}` +
    `${devices === '' ? '' : `<deviceList>\n${devices}\n</deviceList>`}</device>`
  );
}

/** Undefined: no SOAP that this router reads. */
export function readSoapCall(body: string): SoapCall | undefined {
  const call =
    /<(?:[\w-]+:)?Body[^>]*>\s*<([\w-]+:)?(\w+)\s+xmlns(?::[\w-]+)?="([^"]*)"\s*(?:\/>|>([\s\S]*?)<\/\1?\2>)/.exec(
      body,
    );
  if (call === null) return undefined;
  const [, , action = '', serviceType = '', inner = ''] = call;
  const args = [...inner.matchAll(/<(New\w+)[^>]*?(?:\/>|>([^<]*)<\/\1>)/g)];
  return { action, serviceType, args: new Map(args.map(([, name = '', value = '']) => [name, unescapeXml(value)])) };
}

/** An answer to an action. Values are escaped unless `raw`. */
export function buildSoapAnswer(
  { action, serviceType }: Pick<SoapCall, 'action' | 'serviceType'>,
  values: Readonly<Record<string, string | number>>,
): string {
  const inner = Object.entries(values).map(([name, value]) => `<${name}>${escapeXml(String(value))}</${name}>`);
  return soapEnvelope(`<u:${action}Response xmlns:u="${serviceType}">${inner.join('')}</u:${action}Response>`);
}

/** UDA 1.0 3.2.2: sent with status 500. */
export function buildSoapFault(code: number, text = ERROR_TEXTS[code] ?? 'Unknown'): string {
  return soapEnvelope(
    '<s:Fault><faultcode>s:Client</faultcode><faultstring>UPnPError</faultstring><detail>' +
      `<UPnPError xmlns="urn:schemas-upnp-org:control-1-0"><errorCode>${code}</errorCode>` +
      `<errorDescription>${escapeXml(text)}</errorDescription></UPnPError></detail></s:Fault>`,
  );
}

/** Anything between a well-formed begin and end. */
export function soapEnvelope(inner: string): string {
  return (
    '<?xml version="1.0"?>\n<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/" ' +
    `s:encodingStyle="http://schemas.xmlsoap.org/soap/encoding/"><s:Body>${inner}</s:Body></s:Envelope>\r\n`
  );
}

export function escapeXml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

function unescapeXml(text: string): string {
  return text.replace(/&(?:#(\d+)|#x([\da-f]+)|(\w+));/gi, (whole, decimal, hex, name) =>
    name === undefined ? String.fromCodePoint(Number(decimal ?? `0x${hex}`)) : (ENTITIES[name] ?? whole),
  );
}
