/** User-Agents as phones were seen to send them (sources: docs/vendors/<id>.md, "User-Agent"), and what is to be read from each. */
export interface SeenUserAgent {
  readonly vendorId: string;
  readonly text: string;
  readonly model: string | null;
  readonly firmware: string | null;
  readonly mac: string | null;
}

function seen(
  vendorId: string,
  text: string,
  model: string | null,
  firmware: string | null,
  mac: string | null,
): SeenUserAgent {
  return { vendorId, text, model, firmware, mac };
}

const MOZILLA = 'Mozilla/4.0 (compatible; ';

export const snomUserAgents: readonly SeenUserAgent[] = [
  seen('snom', `${MOZILLA}snom320-SIP 8.4.18 1.1.3-s)`, '320', '8.4.18', null),
  seen('snom', `${MOZILLA}snom320-SIP 6.5.20; snom320 jffs2 v3.36; snom320 linux 3.38)`, '320', '6.5.20', null),
  seen('snom', `${MOZILLA}snom710-SIP 8.7.5.35 1.1.5-IFX-05.01.12 000413741767)`, '710', '8.7.5.35', '000413741767'),
  seen(
    'snom',
    `${MOZILLA}snomD785-SIP 10.1.33.33 2010.12-00004-g9ba52f5 000413922D24 SXM:0 UXM:0)`,
    'D785',
    '10.1.33.33',
    '000413922d24',
  ),
  seen(
    'snom',
    `${MOZILLA}snomD785-SIP 10.1.169.16 2010.12-00001-gd311851f1 (Feb 25 2019 - 14:19:43) 00041396D9B4 SXM:0 UXM:0 UXMC:0)`,
    'D785',
    '10.1.169.16',
    '00041396d9b4',
  ),
  seen('snom', `${MOZILLA}snom lid 3605)`, null, null, null),
  seen('snom', `${MOZILLA}snomPA1-SIP 8.4.35 1.1.3-s)`, 'PA1', '8.4.35', null),
  seen('snom', 'snomD120/10.1.39.11', 'D120', '10.1.39.11', null),
];

export const aastraUserAgents: readonly SeenUserAgent[] = [
  seen('aastra', 'Aastra6731i MAC:00-08-5D-23-74-29 V:3.2.0.70-SIP', '6731i', '3.2.0.70', '00085d237429'),
  seen('aastra', 'Aastra6863i MAC:00-08-5D-40-90-5F V:4.1.0.128-SIP', '6863i', '4.1.0.128', '00085d40905f'),
  seen('aastra', 'Mitel6915 MAC:14-00-E9-1B-E2-41 V:6.4.0.140-SIP', '6915', '6.4.0.140', '1400e91be241'),
  seen('aastra', 'Mitel6940 MAC:14-00-E9-29-4C-6B V:6.4.0.4006-SIP', '6940', '6.4.0.4006', '1400e9294c6b'),
  seen('aastra', 'Aastra57i MAC:00-08-5D-13-CA-05 V:2.5.2.1010-SIP', '6757i', '2.5.2.1010', '00085d13ca05'),
  seen('aastra', 'Aastra 51i/2.5.1.41', '6751i', '2.5.1.41', null),
  seen('aastra', 'Mitel-6920-SIP/6.4.0.140', '6920', '6.4.0.140', null),
];

/** The other two vendors', to be sure that nobody reads them by mistake; what is read from them is tested beside their vendors. */
export const otherUserAgents: readonly { readonly vendorId: string; readonly text: string }[] = [
  ...[
    'Yealink SIP-T46G 28.72.0.1 00:15:65:4a:a9:37',
    'yealink SIP-T18 18.0.0.80 00:15:65:27:3e:05',
    'Yealink SIP-T38G  38.70.0.125 00:15:65:2f:c3:5e',
    'Yealink SIP VP-T49G 51.80.0.10 00:15:65:5e:16:7c',
    'Yealink CP860 37.72.0.5 00:15:65:2f:c3:5e',
    'W52P 25.30.0.2 00:15:65:44:b3:7c',
    'VP530P 23.70.0.40 00:15:65:31:4b:c0',
    'Yealink W90DM 130.87.0.10 80:5e:c0:d9:c7:44',
    'Yealink-T46G 28.71.0.81 28.1.0.128.0.0.0',
    'Yealink SIP-T56A  58.80.0.25 001565f429a4',
  ].map((text) => ({ vendorId: 'yealink', text })),
  ...[
    'Grandstream Model HW GXP1405 SW 1.0.4.23 DevId 000b8240d55c',
    'Grandstream Model HW GXP2200 V2.2A SW 1.0.1.33 DevId 000b82462d97',
    'Grandstream Model HW GXV3350  V1.3A SW 1.0.1.8 DevId c074ad150b88',
    'Grandstream Model HW GRP2614 SW 1.0.5.15 DevId c074ad0b63ee',
    'Grandstream GXP2000 (gxp2000e.bin:1.2.5.3/boot55e.bin:1.1.6.9) DevId 000b822726c8',
    'Grandstream GRP2612W 1.0.5.67',
  ].map((text) => ({ vendorId: 'grandstream', text })),
];

/** Things that fetch files from an office's LAN and are no phone of ours. */
export const strangeUserAgents: readonly string[] = [
  '',
  'curl/8.5.0',
  'Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0',
  'Gigaset N870 IP PRO/83.V2.11.0+build.a546b91;7C2F80E0D605',
  'N510 IP PRO/42.258.00.000.000;7C2F806257D7',
  'Fanvil X4 2.10.2.6887 0c383e07e16c',
  'FileTransport PolycomVVX-VVX_400-UA/4.1.4.7430 Type/Application',
  'Cisco/SPA508G-7.4.8a (0002FDFF2103)(CBT141400UK)',
  'Htek UC903 2.0.4.2 00:1f:c1:1c:22:a9',
  'AUDC-IPPhone/2.2.2',
  'Mitel-3300-ICP',
  'Aastra Intelligate',
];
