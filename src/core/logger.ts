type Write = (facts: Readonly<Record<string, unknown>>, message: string) => void;

/** The part of pino's logger that we use. `facts.event` is `area.past-verb`, an interface listed in docs/architecture.md. */
export interface Logger {
  readonly debug: Write;
  readonly info: Write;
  readonly warn: Write;
  readonly error: Write;
}

/** Where there is no log: beside the appliance. */
export const SILENT: Logger = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
