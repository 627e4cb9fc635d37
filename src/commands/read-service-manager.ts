/** A service manager that wants to hear from us: systemd, where the unit says Type=notify. */
export interface ServiceManager {
  /** Its datagram socket: a path, or a name with `@` before it (abstract). */
  readonly socket: string;
  /** After so many ms without a sign of life it ends and restarts us; undefined: it does not watch us. */
  readonly watchdogMs: number | undefined;
}

/** What is told by the environment (sd_notify(3), sd_watchdog_enabled(3)); undefined: nobody wants to hear anything. */
export function readServiceManager(
  environment: Readonly<Record<string, string | undefined>>,
  pid: number,
): ServiceManager | undefined {
  const socket = environment.NOTIFY_SOCKET ?? '';
  if (!/^[/@]./.test(socket)) return undefined;
  // A process inherits the variables of its parent's watch: then they name the parent.
  const isForUs = !environment.WATCHDOG_PID || environment.WATCHDOG_PID === String(pid);
  const microseconds = Number(environment.WATCHDOG_USEC);
  const watches = isForUs && Number.isSafeInteger(microseconds) && microseconds > 0;
  return { socket, watchdogMs: watches ? microseconds / 1_000 : undefined };
}
