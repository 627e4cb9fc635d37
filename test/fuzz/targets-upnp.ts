import ssdp from 'node-ssdp';
import { parseDescription } from '../../src/upnp/parse-description.ts';
import { parseNatPmpAddress, parseNatPmpMapping } from '../../src/upnp/parse-nat-pmp.ts';
import { parseNotice } from '../../src/upnp/parse-notice.ts';
import { parsePcpAnnouncement, parsePcpMapping } from '../../src/upnp/parse-pcp.ts';
import { parseSearchAnswer, type SsdpMessage } from '../../src/upnp/parse-search-answer.ts';
import { parseSoap } from '../../src/upnp/parse-soap.ts';
import { parseUrl } from '../../src/upnp/parse-url.ts';
import { parseXml } from '../../src/upnp/parse-xml.ts';
import { readMapping, readStatus, readToldMapping } from '../../src/upnp/read-gateway-answer.ts';
import { demand, type FuzzTarget } from './fuzz-target.ts';

const LAN = { localAddress: '192.0.2.10', prefixLength: 24, defaultRouter: '192.0.2.1' };
const PLACE = { location: new URL('http://192.0.2.1:5000/igd.xml'), namedHost: '192.0.2.1' };
/** Bytes; longer ones never come to node-ssdp (src/upnp/ssdp-client.ts). */
const LONGEST_SSDP = 2_048;

/** What we use of node-ssdp's client beyond its published types; read in its version 4.0.1. */
interface NodeSsdpClient {
  on(event: string, listener: (...given: readonly unknown[]) => void): void;
  _parseMessage(data: Buffer, from: { readonly address: string }): void;
}

const XML_WORDS = [
  '<root xmlns="urn:schemas-upnp-org:device-1-0">',
  '<device>',
  '</device>',
  '<service><serviceType>urn:schemas-upnp-org:service:WANIPConnection:1</serviceType><controlURL>/c</controlURL></service>',
  '<URLBase>http://192.0.2.1:1/</URLBase>',
  '<!--',
  '-->',
  '<?xml version="1.0" encoding="UTF-16"?>',
  '<a b="',
  'xmlns:s="',
  '<s:Fault>',
  '<errorCode>718</errorCode>',
  '<NewExternalPort>5060</NewExternalPort>',
  '&amp;',
  '&lt;',
  '&#x10ffff;',
  '&#x110000;',
];

export const UPNP_TARGETS: readonly FuzzTarget[] = [
  {
    name: 'ssdp',
    words: [
      'HTTP/1.1 200 OK\r\n',
      'NOTIFY * HTTP/1.1\r\n',
      'M-SEARCH * HTTP/1.1\r\n',
      'LOCATION: http://192.0.2.1:5000/igd.xml\r\n',
      'ST: urn:schemas-upnp-org:device:InternetGatewayDevice:1\r\n',
      'NT: urn:schemas-upnp-org:device:InternetGatewayDevice:1\r\n',
      'NTS: ssdp:alive\r\n',
      'NTS: ssdp:byebye\r\n',
      'MAN: "ssdp:discover"\r\n',
      'MX: 3\r\n',
      'ssdp:all',
      'BOOTID.UPNP.ORG: 2147483647\r\n',
      '__PROTO__: a\r\n',
    ],
    largest: 3_000,
    run: runSsdp,
  },
  {
    name: 'xml',
    words: XML_WORDS,
    largest: 80_000,
    run(data) {
      const soaps = ['GetExternalIPAddress', 'AddPortMapping', 'GetSpecificPortMappingEntry'].map((action) => {
        const answer = parseSoap(data, action);
        if (!answer.ok) return answer;
        const told = readToldMapping(answer.value, { protocol: 'UDP', externalPort: 5060 });
        return [readMapping(readToldMapping(answer.value)), readMapping(told), readStatus(null, 'x', answer.value)];
      });
      const description = parseDescription(data, PLACE);
      if (description.ok) {
        demand(description.value.services.length >= 1, 'a description has a service');
        for (const { controlUrl } of description.value.services) {
          demand(controlUrl.hostname === '192.0.2.1', 'a service is asked at the host of its description');
        }
      }
      const xml = parseXml(data);
      return [xml.ok ? xml.value.name : xml.problem, soaps, description];
    },
  },
  {
    name: 'url',
    words: [
      'http://',
      'http://192.0.2.1:5000/',
      '@',
      '[::1]',
      'HTTP:\\\\',
      '#',
      '?',
      ':99999',
      '/..',
      '127.1',
      '0x7f.1',
    ],
    largest: 10_000,
    run(data) {
      const url = parseUrl(data.toString('latin1'), PLACE.location);
      if (url.ok) demand(url.value.protocol === 'http:' && url.value.username === '', 'http, and nobody is named');
      return url;
    },
  },
  {
    name: 'nat-pmp',
    words: ['\x00\x80', '\x00\x81', '\x00\x82', '\x00\x00', '\x13\xc4'],
    largest: 2_000,
    run: (data) => [
      parseNatPmpAddress(data),
      parseNatPmpMapping(data, { protocol: 'UDP', internalPort: 5060 }),
      parseNatPmpMapping(data, { protocol: 'TCP', internalPort: 5060 }),
    ],
  },
  {
    name: 'pcp',
    words: ['\x02\x81', '\x02\x80', '\x11', '\x13\xc4', '\x00\x00\xff\xff'],
    largest: 2_000,
    run: (data) => [
      parsePcpAnnouncement(data),
      parsePcpMapping(data, { nonce: Buffer.alloc(12, 'n'), protocol: 'UDP', internalPort: 5060 }),
    ],
  },
];

function runSsdp(data: Buffer): unknown {
  const client = new ssdp.Client() as unknown as NodeSsdpClient;
  const heard: unknown[] = [];
  const messageOf = (headers: unknown): SsdpMessage => ({
    headers: headers as SsdpMessage['headers'],
    address: '192.0.2.1',
  });
  client.on('response', (headers) => {
    const answer = parseSearchAnswer(messageOf(headers), LAN);
    if (answer.ok) demand(answer.value.location.hostname === '192.0.2.1', 'only who answered is asked');
    heard.push(answer);
  });
  client.on('advertise-alive', (headers) => heard.push(parseNotice(messageOf(headers), 'alive', LAN)));
  client.on('advertise-bye', (headers) => heard.push(parseNotice(messageOf(headers), 'byebye', LAN)));
  client._parseMessage(data.subarray(0, LONGEST_SSDP), { address: '192.0.2.1' });
  return heard;
}
