import type { Generated, Kysely, Transaction } from 'kysely';

/** Who wrote a row last and when in the order of commits; lets another process find what changed. */
interface Tracked {
  readonly change_seq: number;
  readonly changed_by: string;
}

export interface DeviceRow extends Tracked {
  readonly mac: string;
  readonly state: string;
  readonly vendor_id: string | null;
  readonly model: string | null;
  readonly firmware: string | null;
  readonly address: string | null;
  /** JSON. */
  readonly words: string;
  /** JSON. */
  readonly dialog: string | null;
  /** JSON list. */
  readonly extensions: string;
  /** Sealed. */
  readonly token: string | null;
  /** SHA-256, hex: compares tokens without opening them. */
  readonly token_hash: string | null;
  /** JSON. */
  readonly settings: string;
  /** Sealed JSON. */
  readonly console_passwords: string | null;
  /** JSON. */
  readonly hand_over: string | null;
  /** Sealed. */
  readonly login_password: string | null;
  /** JSON: what became of that password. */
  readonly login: string | null;
  readonly revision: number;
  readonly first_seen_at: number;
  readonly last_seen_at: number | null;
}

export interface ExtensionRow extends Tracked {
  readonly number: string;
  readonly display_name: string;
  readonly auth_name: string;
  /** Sealed. */
  readonly password: string;
  readonly voicemail: string;
  readonly language: string;
}

export interface SiteRow extends Tracked {
  /** Always 1. */
  readonly id: number;
  /** JSON of everything but the secrets and the revision. */
  readonly content: string;
  /** Sealed. */
  readonly console_password: string | null;
  /** Sealed. */
  readonly webhook_secret: string | null;
  /** Sealed. */
  readonly backup_passphrase: string | null;
  readonly revision: number;
}

/** A device or extension that is gone, an address that was released from quarantine: tells other processes, and keeps a late sighting from bringing a device back. */
export interface RemovalRow extends Tracked {
  readonly kind: 'device' | 'extension' | 'quarantine';
  readonly name: string;
  readonly removed_at: number;
}

export interface JourneyRow {
  readonly id: Generated<number>;
  readonly mac: string;
  readonly at: number;
  readonly step: string;
  readonly reason: string;
  /** JSON. */
  readonly detail: string;
}

export interface AuditRow {
  readonly id: Generated<number>;
  readonly at: number;
  readonly actor: string;
  readonly action: string;
  readonly subject: string;
  /** JSON. */
  readonly detail: string;
  /** Links the row to the one before (audit-chain.ts); null: written before there was a chain. */
  readonly hash: string | null;
  /** From where; null: written before it was kept. */
  readonly source: string | null;
}

export interface TokenRow {
  readonly id: string;
  readonly name: string;
  readonly role: string;
  /** SHA-256, hex. */
  readonly hash: string;
  readonly created_at: number;
  readonly last_used_at: number | null;
}

export interface UserRow {
  readonly id: string;
  readonly name: string;
  readonly folded_name: string;
  readonly role: string;
  /** PHC string of argon2id. */
  readonly password_hash: string;
  readonly created_at: number;
  readonly password_changed_at: number;
  readonly last_log_in_at: number | null;
}

export interface SessionRow {
  readonly id: string;
  /** SHA-256 of what the browser holds, hex. */
  readonly hash: string;
  readonly user_id: string;
  readonly created_at: number;
  readonly last_used_at: number;
  readonly user_agent: string;
  readonly address: string;
}

/** What one span of time had in it. */
export interface SampleRow {
  /** Its end. */
  readonly at: number;
  /** Its length, milliseconds. */
  readonly span: number;
  readonly pending: number;
  readonly approved: number;
  readonly blocked: number;
  readonly exchanges: number;
  readonly files_served: number;
  readonly refusals: number;
}

/** The office had this external address from `since` to `until` (null: it still has). */
export interface AddressPeriodRow {
  readonly since: number;
  readonly until: number | null;
  readonly address: string;
  readonly source: string;
  /** When the webhook took it; null: it did not (yet). */
  readonly told_at: number | null;
}

/** A source that kept failing. */
export interface QuarantineRow {
  readonly address: string;
  readonly reason: string;
  readonly since: number;
  readonly until: number;
  /** How often it has been put there: each time for longer. */
  readonly times: number;
  /** Who stood behind the address then; null: not known. */
  readonly mac: string | null;
}

export interface CertificateRow {
  /** `authority` or `server`. */
  readonly name: string;
  /** PEM. */
  readonly certificate: string;
  /** Sealed PEM. */
  readonly private_key: string;
}

export interface MetaRow {
  readonly name: string;
  readonly value: string;
}

/** Numbers that only grow. */
export interface SequenceRow {
  readonly name: string;
  readonly last: number;
}

/** The tables after the last migration. Columns are text, integer and bigint only, so that PostgreSQL can hold them too. */
export interface Schema {
  readonly devices: DeviceRow;
  readonly extensions: ExtensionRow;
  readonly site: SiteRow;
  readonly removals: RemovalRow;
  readonly journeys: JourneyRow;
  readonly audit: AuditRow;
  readonly tokens: TokenRow;
  readonly users: UserRow;
  readonly sessions: SessionRow;
  readonly samples: SampleRow;
  readonly address_periods: AddressPeriodRow;
  readonly quarantine: QuarantineRow;
  readonly certificates: CertificateRow;
  readonly meta: MetaRow;
  readonly sequences: SequenceRow;
}

export type Reader = Kysely<Schema>;
export type Writer = Transaction<Schema>;
