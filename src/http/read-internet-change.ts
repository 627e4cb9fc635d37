import { checkInternet } from '../core/check-internet.ts';
import type { InternetSettings, PortMapping } from '../core/internet.ts';
import type { Site } from '../core/site.ts';
import type { InputError } from './format-input-errors.ts';
import type { InternetSettingsBody } from './schemas/internet.ts';
import type { SiteBody } from './schemas/site.ts';

/** The faults of the part of PUT /site about the Internet; a site whose part is left alone is not judged. */
export function checkInternetChange(
  { internet, webhookSecret }: Pick<SiteBody, 'internet' | 'webhookSecret'>,
  before: Site,
): readonly InputError[] {
  if (internet === undefined && webhookSecret === undefined) return [];
  const hasSecret = webhookSecret === undefined ? before.webhookSecret !== null : webhookSecret !== null;
  const leftOut = new Set(
    internet?.portMappings?.flatMap(({ internalPort }, index) =>
      internalPort === undefined ? `portMappings.${index}.internalPort` : [],
    ),
  );
  return checkInternet(mergeInternet(before.internet, internet), hasSecret).flatMap(({ where, saw, wanted }) => {
    // Left out, it is the external port: that one has the fault.
    if (leftOut.has(where)) return [];
    return [{ where: where === 'webhookSecret' ? 'body.webhookSecret' : `body.internet.${where}`, saw, wanted }];
  });
}

/** Field by field, in the order of the type: the same again is no change. */
export function mergeInternet(before: InternetSettings, body: InternetSettingsBody = {}): InternetSettings {
  const { mapPorts, portMappings, searchFrom, addressSource, pollSeconds, fixedAddress, hostName, webhookUrl } = body;
  return {
    mapPorts: mapPorts ?? before.mapPorts,
    portMappings: portMappings?.map(readRow) ?? before.portMappings,
    searchFrom: searchFrom === undefined ? before.searchFrom : searchFrom,
    addressSource: addressSource ?? before.addressSource,
    pollSeconds: pollSeconds ?? before.pollSeconds,
    fixedAddress: fixedAddress === undefined ? before.fixedAddress : fixedAddress,
    hostName: hostName === undefined ? before.hostName : hostName,
    webhookUrl: webhookUrl === undefined ? before.webhookUrl : webhookUrl,
  };
}

function readRow(row: NonNullable<InternetSettingsBody['portMappings']>[number]): PortMapping {
  const { protocol, externalPort, internalPort, count, internalClient, description } = row;
  return {
    protocol,
    externalPort,
    internalPort: internalPort ?? externalPort,
    count: count ?? 1,
    internalClient: internalClient ?? null,
    description: description ?? '',
  };
}
