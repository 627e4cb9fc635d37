/**
 * All that a template may see: strings, spelled for the vendor. An empty string is false for `{{#if}}`; a name that is not
 * here is an error when the template is rendered. `escape` goes over the whole view before Handlebars sees it.
 * Names with `is` (isTls, isOn, srtpIsOn, pnpIsOn …) hold `1` or nothing, for `{{#if}}`; `0` would be true there.
 */
export interface AccountView {
  /** 1-based, and the same 0-based. */
  readonly line: string;
  readonly index: string;
  /** `1` or `0`; spare lines of the model are rendered too, so that an old account does not survive a re-approval. */
  readonly active: string;
  /** Empty texts on a spare line. */
  readonly number: string;
  readonly displayName: string;
  readonly authName: string;
  readonly password: string;
  readonly voicemail: string;
  /** The vendor's `accountKeys(line)`. */
  readonly keys: Readonly<Record<string, string>>;
}

export interface CodecView {
  /** The vendor's spelling. */
  readonly name: string;
  /** 1 is the best; 0 when off. */
  readonly priority: string;
  /** `1` or `0`. */
  readonly enabled: string;
}

export interface PhoneView {
  /** Lower case, upper case, with colons. */
  readonly mac: string;
  readonly macUpper: string;
  readonly macColons: string;
  readonly model: string;
  readonly siteName: string;
  /** The office's public IPv4 address, the same for all its phones; empty: not known. A change of it makes the file anew. */
  readonly externalAddress: string;
  /** Every line of the model, spare ones included. */
  readonly accounts: readonly AccountView[];
  readonly activeAccounts: readonly AccountView[];
  readonly adminPassword: string;
  readonly userPassword: string;
  readonly sip: {
    readonly server: string;
    readonly port: string;
    /** `host:port`. */
    readonly serverAndPort: string;
    /** Spelled by the vendor. */
    readonly transport: string;
    /** udp, tcp or tls. */
    readonly transportName: string;
    readonly isTls: string;
    /** Empty: none. */
    readonly outboundHost: string;
    readonly outboundPort: string;
    readonly outboundHostAndPort: string;
    readonly expirySeconds: string;
    /** Rounded up. */
    readonly expiryMinutes: string;
    readonly srtp: string;
    readonly srtpIsOn: string;
    readonly dtmf: string;
    /** `1` or `0` each, for vendors with one switch per method. */
    readonly dtmfInband: string;
    readonly dtmfRfc2833: string;
    readonly dtmfSipInfo: string;
    /** Empty or `1`: the method is in-band, so telephone events must not be offered. */
    readonly dtmfIsInband: string;
  };
  /** The site's codecs in order of preference, in the vendor's spelling. */
  readonly codecs: readonly CodecView[];
  /** All codecs the vendor can spell: the chosen ones first, then those that are switched off. */
  readonly allCodecs: readonly CodecView[];
  readonly time: {
    readonly ntpServer: string;
    readonly format: string;
    readonly dateFormat: string;
    /** IANA name, for a comment. */
    readonly zone: string;
    /** The vendor's own keys and values, in the vendor's order. */
    readonly zoneSettings: readonly { readonly key: string; readonly value: string }[];
  };
  /** Empty: the vendor has no such language or tone; the phone keeps its own. */
  readonly language: string;
  /** Empty or `1`: tells a language that is the phone's own from one that the vendor does not have. */
  readonly languageIsKnown: string;
  readonly tone: string;
  /** The vendor's `toneSettings` for the site's country, where it has such. */
  readonly toneSettings?: readonly { readonly key: string; readonly value: string }[];
  readonly provisioning: {
    /** What the NOTIFY carried: vendor's form. */
    readonly url: string;
    /** Empty or `1`: by HTTPS. */
    readonly isSecure: string;
    /** `http://host:port/p/<token>/`, or `https:`, and its parts; the path with and without slashes at its ends. */
    readonly baseUrl: string;
    readonly host: string;
    readonly port: string;
    readonly path: string;
    readonly barePath: string;
    /** Empty or `1`. */
    readonly resyncIsOn: string;
    readonly resyncMinutes: string;
    readonly resyncSeconds: string;
    /** Rounded up to whole days, for phones that count so. */
    readonly resyncDays: string;
    /** `1` or `0`. */
    readonly pnp: string;
    /** Empty or `1`. */
    readonly pnpIsOn: string;
    /** What the phone logs in with when it fetches; both empty: it need not, or its make cannot. */
    readonly loginUser: string;
    readonly loginPassword: string;
    /** The certificate of the site's own authority, where the phone is to trust it: as PEM, as DER, and its name beside the phone's files. */
    readonly caPemUrl: string;
    readonly caDerUrl: string;
    readonly caFile: string;
  };
  readonly vlan: {
    readonly isOn: string;
    readonly id: string;
    readonly priority: string;
    readonly pcIsOn: string;
    readonly pcId: string;
  };
  readonly qos: {
    /** DSCP 0-63, and the same as TOS byte (times four). */
    readonly sipDscp: string;
    readonly rtpDscp: string;
    readonly sipTos: string;
    readonly rtpTos: string;
  };
  readonly syslog: { readonly isOn: string; readonly server: string; readonly level: string };
}
