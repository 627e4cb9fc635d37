import type { AuditEntry } from '../core/audit.ts';
import type { CertificateFacts, TlsFacts } from '../core/certificate.ts';
import type { Device } from '../core/device.ts';
import type { JourneyEvent } from '../core/journey.ts';
import type { Logger } from '../core/logger.ts';
import type { MacAddress } from '../core/mac-address.ts';
import type { Result } from '../core/result.ts';
import type { Role } from '../core/role.ts';
import type { ResolvedSettings } from '../core/settings.ts';
import type { Backups } from '../flows/backups.ts';
import type { Counters } from '../flows/counters.ts';
import type { Deliveries } from '../flows/delivery.ts';
import type { Doctor } from '../flows/doctor/doctor.ts';
import type { InternetDoors } from '../flows/internet-facts.ts';
import type { JudgeSource } from '../flows/judge-source.ts';
import type { LampBoard } from '../flows/lamps.ts';
import type { AuditRequest, Piece } from '../flows/list-events.ts';
import type { Office } from '../flows/office.ts';
import type { OtherServers } from '../flows/other-servers/server-facts.ts';
import type { PeopleDoors } from '../flows/people.ts';
import type { ConfigPreview, PreviewProblem } from '../flows/preview-config.ts';
import type { SipProber } from '../flows/probe-sip-server.ts';
import type { Quarantine } from '../flows/quarantine.ts';
import type { SetUp } from '../flows/set-up.ts';

export { ROLES, type Role } from '../core/role.ts';

import type { RecordDoors } from './record-doors.ts';
import type { SiteDoors } from './site-doors.ts';

/** Who asks. */
export interface ApiUser {
  readonly id: string;
  /** Goes to the audit. */
  readonly name: string;
  readonly role: Role;
}

/** A token as it may be shown: without the token. Times in milliseconds since 1970. */
export interface TokenFacts extends ApiUser {
  readonly createdAt: number;
  readonly lastUsedAt: number | null;
}

/** `store/token-store` fits. */
export interface TokenDoors {
  find(token: string): Promise<ApiUser | undefined>;
  list(): Promise<readonly TokenFacts[]>;
  /** The token itself is known at this moment only. */
  create(wanted: {
    readonly name: string;
    readonly role: Role;
  }): Promise<Result<TokenFacts & { readonly token: string }, { readonly kind: 'name-taken'; readonly name: string }>>;
  /** Undefined: there is none of that name or id. */
  revoke(nameOrId: string): Promise<TokenFacts | undefined>;
}

/** A piece of a list that is read newest first; `store/journey-store` and `store/audit-store` fit. */
export interface PageRequest {
  readonly limit: number;
  /** The `next` of the piece before; left out: the newest. */
  readonly before?: number | undefined;
}

export interface Page<T> {
  readonly items: readonly T[];
  /** Where the next piece begins; null: this was the last. */
  readonly next: number | null;
}

/** How connections are encrypted. */
export interface TlsDoors {
  /** Null: they are not. */
  read(): TlsFacts | null;
  /** The site's own authority, for devices that shall trust it; null: there is none. */
  authority(): { readonly pem: string; readonly facts: CertificateFacts } | null;
}

/** All that the API reaches out through. */
export interface WebDoors extends SiteDoors {
  readonly office: Office;
  readonly deliveries: Deliveries;
  readonly lamps: LampBoard;
  readonly counters: Counters;
  readonly tokens: TokenDoors;
  readonly people: PeopleDoors;
  readonly setUp: SetUp;
  readonly probeSip: SipProber;
  /** Sources that are not looked at for some time. */
  readonly quarantine: Pick<Quarantine, 'find' | 'findPhone' | 'list' | 'release'>;
  /** What would happen to what comes from an address. */
  readonly judgeSource: JudgeSource;
  /** Open ports and the external address. */
  readonly internet: InternetDoors;
  readonly otherServers: OtherServers;
  readonly tls: TlsDoors;
  readonly backups: Backups;
  readonly doctor: Doctor;
  readonly listJourney: (mac: MacAddress, page: PageRequest) => Promise<Page<JourneyEvent>>;
  readonly listAudit: (request: AuditRequest) => Promise<Piece<AuditEntry>>;
  readonly record: RecordDoors;
  /** `fileName`: as phones ask for it, or a name of the vendor's `files`; left out: the phone's own. */
  readonly previewConfig: (mac: MacAddress, fileName?: string) => Result<ConfigPreview, PreviewProblem>;
  readonly resolveDeviceSettings: (device: Device) => ResolvedSettings;
  /** False until the program hears and serves: /healthz says 503. */
  readonly isReady: () => boolean;
  readonly version: string;
  readonly log: Logger;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
}
