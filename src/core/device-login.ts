import { drawPassword } from './draw-password.ts';
import { Secret } from './secret.ts';

/** What a phone logs in with when it fetches its files (its user name is its MAC address), and how far it came with it. */
export interface DeviceLogin {
  readonly password: Secret;
  /** Milliseconds since 1970. Tells this password from the next: what is known of one says nothing of the other. */
  readonly drawnAt: number;
  /** When it was first given a file that names the password; null: it cannot know it. */
  readonly givenAt: number | null;
  /** When it first logged in with it; null: never. From then on nothing is served without. */
  readonly provedAt: number | null;
}

/** `before`: the one that it replaces; two never have the same time, whatever the clock does. */
export function drawLogin(now: number, before: DeviceLogin | null): DeviceLogin {
  const drawnAt = Math.max(now, (before?.drawnAt ?? 0) + 1);
  return { password: new Secret(drawPassword()), drawnAt, givenAt: null, provedAt: null };
}

/** A decision was made on the phone as it was, and knows nothing of what the phone did meanwhile; only a new password begins anew. */
export function newerLogin(now: DeviceLogin | null, decided: DeviceLogin | null): DeviceLogin | null {
  return now !== null && now.drawnAt === decided?.drawnAt ? now : decided;
}
