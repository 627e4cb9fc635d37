/** One decision, for the record. Never holds a secret. */
export interface AuditEntry {
  readonly at: number;
  /** Token name, `command line`, `auto-approve rule`. */
  readonly actor: string;
  /** Dotted past: device.approved, extension.changed … */
  readonly action: string;
  /** What it was done to: a MAC, an extension number, `site`. */
  readonly subject: string;
  readonly detail: Readonly<Record<string, string | number | boolean>>;
}
