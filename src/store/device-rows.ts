import { createHash } from 'node:crypto';
import type { Device, DeviceState } from '../core/device.ts';
import type { DeviceLogin } from '../core/device-login.ts';
import type { HandOver } from '../core/hand-over.ts';
import type { MacAddress } from '../core/mac-address.ts';
import { Secret } from '../core/secret.ts';
import type { SettingsPatch } from '../core/settings.ts';
import type { PhoneWords, SubscribeDialog } from '../core/sighting.ts';
import type { Change } from './change-sequence.ts';
import type { Cipher } from './cipher.ts';
import type { DeviceRow } from './schema.ts';

/** What a sighting may say of a device: everything but decisions. `revision` is the one it was made with. */
export type SightingRecord = Pick<
  Device,
  | 'mac'
  | 'vendorId'
  | 'model'
  | 'firmware'
  | 'address'
  | 'words'
  | 'dialog'
  | 'handOver'
  | 'login'
  | 'revision'
  | 'firstSeenAt'
  | 'lastSeenAt'
>;

/** Tokens are drawn with 128 bits or more: no salt and no slow hash is needed to keep one from being guessed. */
export function hashToken(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}

export function toDeviceRow(device: Device, cipher: Cipher, change: Change): DeviceRow {
  const { token, consolePasswords, login } = device;
  const place = (column: string) => ({ table: 'devices', row: device.mac, column });
  const passwords =
    consolePasswords && JSON.stringify([consolePasswords.admin.reveal(), consolePasswords.user.reveal()]);
  return {
    ...toSightingRow(device),
    state: device.state,
    extensions: JSON.stringify(device.extensions),
    token: token === null ? null : cipher.seal(token, place('token')),
    token_hash: token === null ? null : hashToken(token),
    settings: JSON.stringify(device.settings),
    console_passwords: passwords === null ? null : cipher.seal(passwords, place('console_passwords')),
    login_password: login && cipher.seal(login.password.reveal(), place('login_password')),
    change_seq: change.seq,
    changed_by: change.by,
  };
}

export type SightingRow = ReturnType<typeof toSightingRow>;

/** The columns that a sighting tells, and no others. */
export function toSightingRow(sighting: SightingRecord) {
  return {
    mac: sighting.mac,
    vendor_id: sighting.vendorId,
    model: sighting.model,
    firmware: sighting.firmware,
    address: sighting.address,
    words: JSON.stringify(sighting.words),
    dialog: sighting.dialog && JSON.stringify(sighting.dialog),
    hand_over: sighting.handOver && JSON.stringify(sighting.handOver),
    login: sighting.login && formatLogin(sighting.login),
    revision: sighting.revision,
    first_seen_at: sighting.firstSeenAt,
    last_seen_at: sighting.lastSeenAt,
  };
}

/** Throws StoreError where a sealed value does not open. */
export function toDevice(row: DeviceRow, cipher: Cipher): Device {
  const place = (column: string) => ({ table: 'devices', row: row.mac, column });
  const passwords = row.console_passwords && cipher.open(row.console_passwords, place('console_passwords'));
  return {
    mac: row.mac as MacAddress,
    state: row.state as DeviceState,
    vendorId: row.vendor_id,
    model: row.model,
    firmware: row.firmware,
    address: row.address,
    words: JSON.parse(row.words) as PhoneWords,
    dialog: row.dialog === null ? null : (JSON.parse(row.dialog) as SubscribeDialog),
    extensions: JSON.parse(row.extensions) as readonly string[],
    token: row.token === null ? null : cipher.open(row.token, place('token')),
    settings: JSON.parse(row.settings) as SettingsPatch,
    consolePasswords: passwords === null ? null : toConsolePasswords(passwords),
    handOver: row.hand_over === null ? null : (JSON.parse(row.hand_over) as HandOver),
    login: toLogin(row, cipher),
    revision: row.revision,
    firstSeenAt: Number(row.first_seen_at),
    lastSeenAt: row.last_seen_at === null ? null : Number(row.last_seen_at),
  };
}

function toConsolePasswords(json: string): NonNullable<Device['consolePasswords']> {
  const [admin = '', user = ''] = JSON.parse(json) as readonly string[];
  return { admin: new Secret(admin), user: new Secret(user) };
}

/** Without the password, which is sealed in a column of its own. */
function formatLogin({ drawnAt, givenAt, provedAt }: DeviceLogin): string {
  return JSON.stringify({ drawnAt, givenAt, provedAt });
}

function toLogin({ mac, login_password: sealed, login }: DeviceRow, cipher: Cipher): DeviceLogin | null {
  if (sealed === null || login === null) return null;
  const password = new Secret(cipher.open(sealed, { table: 'devices', row: mac, column: 'login_password' }));
  return { password, ...(JSON.parse(login) as Omit<DeviceLogin, 'password'>) };
}

/** The same decision, stored twice: what tells a repeated commit from one that was overtaken. */
export function isSameDecision(stored: DecisionColumns, row: DeviceRow): boolean {
  return (
    stored.state === row.state &&
    stored.extensions === row.extensions &&
    stored.token_hash === row.token_hash &&
    stored.settings === row.settings
  );
}

export type DecisionColumns = Pick<DeviceRow, 'mac' | 'state' | 'extensions' | 'token_hash' | 'settings' | 'revision'>;
