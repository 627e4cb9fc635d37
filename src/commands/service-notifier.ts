import { execFile } from 'node:child_process';
import type { Logger } from '../core/logger.ts';
import { readServiceManager } from './read-service-manager.ts';

/** A sign of life at a third of the time allowed: one may get lost, one may be late. sd_watchdog_enabled(3) wants half. */
const PINGS_PER_TIMEOUT = 3;

/** `systemd-notify` waits 5 s at most for systemd to have read the message; a child that hangs longer is of no use. */
const CHILD_TIMEOUT_MS = 10_000;

export interface ServiceNotifierOptions {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly pid: number;
  /** One line for `systemctl status`, as things stand now. */
  readonly status: (facts: { readonly isStoreFailing: boolean }) => string;
  /** A small read of the store. Its failure is an answer, too: phones are served from memory, and a restart would end that. */
  readonly readStore: () => Promise<unknown>;
  readonly signal: AbortSignal;
  readonly log: Logger;
}

export interface ServiceNotifier {
  /** Tells the status again, where it is another one. */
  refresh(): void;
}

/**
 * Tells the service manager that the appliance is ready, then how it is, that it lives, and that it stops; does nothing
 * without one. Call it when everything is up. A sign of life is given only by an event loop that turns, and only
 * after the store answered: who hangs is ended and started again. Ends with the signal.
 *
 * Node has no datagram sockets of the family AF_UNIX, and every package that adds them needs a compiler: systemd's own
 * program speaks for us. It returns when systemd has read the message, so systemd still knows whose child it was.
 */
export function startServiceNotifier(options: ServiceNotifierOptions): ServiceNotifier {
  const { environment, pid, status, readStore, signal, log } = options;
  const manager = readServiceManager(environment, pid);
  if (manager === undefined || signal.aborted) return { refresh: () => undefined };

  const childEnvironment = { PATH: environment.PATH, NOTIFY_SOCKET: manager.socket };
  let isStoreFailing = false;
  let isReading = false;
  let isWithheldTold = false;
  let isFailureTold = false;
  let told = status({ isStoreFailing });
  /** One after the other: what is told last is what counts. */
  let sending = send('READY=1', `STATUS=${told}`);

  const timer =
    manager.watchdogMs === undefined
      ? undefined
      : setInterval(() => void giveSignOfLife(), manager.watchdogMs / PINGS_PER_TIMEOUT);
  signal.addEventListener('abort', stop, { once: true });
  return { refresh: () => queue() };

  async function giveSignOfLife(): Promise<void> {
    if (isReading) {
      if (!isWithheldTold)
        log.error({ event: 'service.hung' }, 'the database does not answer: no sign of life is given');
      isWithheldTold = true;
      return;
    }
    isReading = true;
    isStoreFailing = await readStore().then(
      () => false,
      () => true,
    );
    isReading = false;
    isWithheldTold = false;
    if (!signal.aborted) queue('WATCHDOG=1');
  }

  function queue(...words: readonly string[]): void {
    const now = status({ isStoreFailing });
    const all = now === told ? words : [...words, `STATUS=${now}`];
    told = now;
    if (all.length > 0 && !signal.aborted) sending = sending.then(() => send(...all));
  }

  function stop(): void {
    clearInterval(timer);
    sending = sending.then(() => send('STOPPING=1', 'STATUS=stopping'));
  }

  function send(...words: readonly string[]): Promise<void> {
    return new Promise((resolve) => {
      execFile('systemd-notify', words, { env: childEnvironment, timeout: CHILD_TIMEOUT_MS }, (error) => {
        if (error && !isFailureTold && !signal.aborted) {
          isFailureTold = true;
          const facts = { event: 'service.notify-failed', cause: error.message };
          log.error(facts, 'systemd cannot be told how the service is: is the program systemd-notify there?');
        }
        resolve();
      });
    });
  }
}
