/** Name and value, in the order of the service description: some routers read them by place. */
export type SoapArgument = readonly [name: string, value: string | number];

export interface SoapRequest {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
};

/** Writes an action (UDA 1.1 3.2.1). `type` and `action` are names of UPnP; values may be anything and are escaped. */
export function buildSoap(type: string, action: string, args: readonly SoapArgument[]): SoapRequest {
  const values = args.map(([name, value]) => `<${name}>${escapeXml(String(value))}</${name}>`).join('');
  const text =
    '<?xml version="1.0"?>\r\n' +
    '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/" s:encodingStyle="http://schemas.xmlsoap.org/soap/encoding/">' +
    `<s:Body><u:${action} xmlns:u="${escapeXml(type)}">${values}</u:${action}></s:Body></s:Envelope>\r\n`;
  const body = Buffer.from(text);
  return {
    headers: {
      'Content-Type': 'text/xml; charset="utf-8"',
      'Content-Length': String(body.length),
      SOAPAction: `"${type}#${action}"`,
    },
    body,
  };
}

/** XML 1.0 2.2: control characters cannot be written at all, so they are left out. */
function escapeXml(text: string): string {
  return text.replace(/[\p{Cc}\p{Cs}\uFFFE\uFFFF]/gu, '').replace(/[&<>"']/g, (character) => ESCAPES[character] ?? '');
}
