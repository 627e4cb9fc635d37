/** One decision, for the record. Never holds a secret. */
export interface AuditEntry {
  readonly at: number;
  /** Name of a person or a token, `command line`, `auto-approve rule`. */
  readonly actor: string;
  /**
   * From where: the source address of a request, `command line (<name of the system's user>)`, `auto-approve rule`, `appliance`.
   * Left out of what is to be stored: as `audit-origin` knows it. Null: stored before it was kept.
   */
  readonly from?: string | null;
  /** Dotted past: device.approved, extension.changed … */
  readonly action: string;
  /** What it was done to: a MAC, an extension number, `site`. */
  readonly subject: string;
  readonly detail: Readonly<Record<string, string | number | boolean>>;
}
