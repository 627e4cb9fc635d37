import type { MacAddress } from '../core/mac-address.ts';
import type { Note } from '../core/note.ts';
import type {
  Codec,
  DateFormat,
  DtmfMethod,
  PhoneSettings,
  Srtp,
  SyslogLevel,
  TimeFormat,
  Transport,
} from '../core/settings.ts';
import type { PhoneWords } from '../core/sighting.ts';
import type { TimeZoneRule, TimeZoneSpelling } from '../core/time-zone-rule.ts';
import type { LogInScheme } from '../core/trust.ts';

export interface Model {
  /** As people and the phone's own words name it: T46S, GXP2170, D785, 6869i. */
  readonly name: string;
  /** SIP accounts it can hold. */
  readonly lines: number;
  /** Function keys, without expansion modules. */
  readonly keys: number;
}

/**
 * How values are written into a file, by the nature of the file.
 * key-value: `key = value` to the end of the line. colon-value: `key: value`, quoted where it must be. xml: element text.
 */
export type FileFormat = 'key-value' | 'colon-value' | 'xml';

/** A file that phones of this vendor ask for and that we have. */
export interface VendorFile {
  /** Name of the file's template under templates/<vendor id>/, without `.hbs`; also what `render --file` takes. Unique in the vendor. */
  readonly name: string;
  /** Matches the decoded path without leading slash; a group `mac` (12 hex, any case) where the name holds one, `model` likewise. */
  readonly pattern: RegExp;
  /** The name as a phone asks for it: used by the simulator, the goldens and `render`. */
  pathFor(mac: MacAddress, model: string): string;
  readonly contentType: string;
  readonly format: FileFormat;
  /** Holds a password: served to the approved phone itself only. */
  readonly holdsSecrets: boolean;
}

/** A name that phones ask for, and that is answered with 404 on purpose. */
export interface AbsentFile {
  readonly pattern: RegExp;
  pathFor(mac: MacAddress, model: string): string;
  /** For the journey: why a 404 is right here. */
  readonly why: Note;
}

/** The vendor's word for each neutral value. A missing language or tone means that the phone keeps its own. */
export interface Spellings {
  readonly transport: Readonly<Record<Transport, string>>;
  readonly srtp: Readonly<Record<Srtp, string>>;
  readonly dtmfMethod: Readonly<Record<DtmfMethod, string>>;
  readonly timeFormat: Readonly<Record<TimeFormat, string>>;
  readonly dateFormat: Readonly<Record<DateFormat, string>>;
  readonly syslogLevel: Readonly<Record<SyslogLevel, string>>;
  readonly codec: Readonly<Partial<Record<Codec, string>>>;
  /** By BCP 47 primary tag. */
  readonly language: Readonly<Record<string, string>>;
  /** By ISO 3166 country. */
  readonly tone: Readonly<Record<string, string>>;
  /** Native keys and values by ISO 3166 country, for phones that know frequencies and no countries. */
  readonly toneSettings?: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/** How a phone of this vendor behaves on the wire: for `plugtone simulate` and the tests. */
export interface SimulatedPhone {
  /** A model that the examples use. */
  readonly model: string;
  readonly firmware: string;
  /** The user part of the SUBSCRIBE's URI: MAC%3A00…, MAC0015…. */
  subscribeUser(mac: MacAddress): string;
  /** Host part of the SUBSCRIBE's URI. */
  readonly subscribeHost: string;
  readonly sipUserAgent: ((model: string, firmware: string) => string) | null;
  /** vendor and model parameter of the Event header, as the phone writes them. */
  eventWords(model: string): { readonly vendor: string; readonly model: string };
  /** Some vendors' Via has no branch. */
  readonly viaBranch: boolean;
  readonly viaRport: boolean;
  httpUserAgent(mac: MacAddress, model: string, firmware: string): string;
  /** Keys of the phone's own file that it takes name and password of its log-in from; null: it cannot log in. */
  readonly loginKeys: readonly [user: string, password: string] | null;
  /** Turns the NOTIFY's URL into the requests of a boot, in order; what comes after depends on nothing. 404s included. */
  requests(url: string, mac: MacAddress, model: string): readonly string[];
}

/**
 * Everything Plugtone knows of one vendor's phones. One object, one file; `satisfies Vendor`.
 * Nothing outside src/vendors, templates/<id>, the goldens and docs/vendors/<id>.md may know the vendor.
 */
export interface Vendor {
  /** Lower case; also the folder under templates/. */
  readonly id: string;
  /** For people. */
  readonly name: string;
  /** 6-12 lower-case hex digits; the longest match over all vendors wins. */
  readonly macPrefixes: readonly string[];
  /** Do these SIP words sound like this vendor? Used when no MAC prefix matches. */
  recogniseWords(words: PhoneWords): boolean;
  /** Reads the HTTP (or SIP) User-Agent of this vendor's phones; undefined: not ours. */
  readUserAgent(userAgent: string): UserAgentFacts | undefined;
  readonly models: readonly Model[];
  /** Taken for a model that is not in the list: enough to render. */
  readonly unknownModel: Model;
  /** Model as the list spells it from what the phone said; null: it said nothing usable. */
  modelOf(words: PhoneWords): string | null;
  /** The first is the phone's own file: the one with its account. */
  readonly files: readonly [VendorFile, ...VendorFile[]];
  readonly absentFiles: readonly AbsentFile[];
  /** The URL that the NOTIFY carries. `base` is `http://host:port/p/<token>/`. */
  profileUrl(base: string, mac: MacAddress): string;
  readonly spellings: Spellings;
  /** Where the phones cannot do all that the settings say whatever their words; left out: they can. */
  fitSettings?(settings: PhoneSettings): FittedSettings;
  spellTimeZone(rule: TimeZoneRule): TimeZoneSpelling;
  /** Native key names of line N (1-based) where they do not follow from N by themselves; read in templates as `keys.<name>`. */
  accountKeys(line: number): Readonly<Record<string, string>>;
  /** By which schemes its phones log in to fetch their files, with what their file says; empty: they cannot. */
  readonly logIns: readonly LogInScheme[];
  /** NOTIFY events that make a running phone fetch its files; null: it takes none. */
  readonly checkSync: { readonly resync: string; readonly reboot: string } | null;
  /** The phone's own web page. */
  webConsole(address: string): string;
  readonly simulated: SimulatedPhone;
}

export interface FittedSettings {
  /** As they will take effect. */
  readonly settings: PhoneSettings;
  /** One for each setting that will have another effect than it says, or none. */
  readonly notes: readonly Note[];
}

export interface UserAgentFacts {
  readonly model: string | null;
  readonly firmware: string | null;
  readonly mac: MacAddress | null;
}
