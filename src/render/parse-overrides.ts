import { type MacAddress, parseMacAddress } from '../core/mac-address.ts';
import { err, ok, type Result } from '../core/result.ts';
import type { FilePatch } from './patch-file.ts';

/** A site's native keys for one vendor: for all its phones, by model, by device. The later one wins. */
export interface Overrides {
  readonly base: FilePatch;
  /** By the model's name. */
  readonly models: ReadonlyMap<string, FilePatch>;
  readonly devices: ReadonlyMap<MacAddress, FilePatch>;
}

const NO_PATCH: FilePatch = { set: {}, add: {} };
export const NO_OVERRIDES: Overrides = { base: NO_PATCH, models: new Map(), devices: new Map() };

type Json = Readonly<Record<string, unknown>>;

/** Reads `overrides.json`. The problem says what was seen and what was wanted, never a value. */
export function parseOverrides(text: string): Result<Overrides, string> {
  let json: unknown;
  try {
    json = JSON.parse(text.replace(/^\ufeff/, ''));
  } catch (error) {
    return err(`this is not JSON${placeOf(error, text)}`);
  }
  if (!isObject(json)) return err(`saw ${nameOf(json)}, wanted an object with set, add, models, devices`);
  const stranger = findStranger(json, ['set', 'add', 'models', 'devices']);
  if (stranger !== undefined) return err(`saw the field "${stranger}", wanted set, add, models or devices`);
  const base = readPatch(json, '');
  if (!base.ok) return base;

  const models = new Map<string, FilePatch>();
  const devices = new Map<MacAddress, FilePatch>();
  for (const [kind, section] of [
    ['models', json.models],
    ['devices', json.devices],
  ] as const) {
    if (section === undefined) continue;
    if (!isObject(section)) return err(`${kind}: saw ${nameOf(section)}, wanted an object`);
    for (const [name, fields] of Object.entries(section)) {
      const where = `${kind} "${name}"`;
      if (!isObject(fields)) return err(`${where}: saw ${nameOf(fields)}, wanted an object with set and add`);
      const odd = findStranger(fields, ['set', 'add']);
      if (odd !== undefined) return err(`${where}: saw the field "${odd}", wanted set or add`);
      const patch = readPatch(fields, `${where}: `);
      if (!patch.ok) return patch;
      if (kind === 'models') {
        models.set(name, patch.value);
        continue;
      }
      const mac = parseMacAddress(name);
      if (mac === undefined) return err(`${where}: this is no MAC address`);
      if (devices.has(mac)) return err(`${where}: this phone is listed twice`);
      devices.set(mac, patch.value);
    }
  }
  return ok({ base: base.value, models, devices });
}

/** All layers for one phone as one patch; undefined: there is nothing to do. */
export function choosePatch(overrides: Overrides, model: string, mac: MacAddress): FilePatch | undefined {
  const layers = [overrides.base, overrides.models.get(model), overrides.devices.get(mac)];
  const set = Object.assign({}, ...layers.map((layer) => layer?.set));
  const add = Object.assign({}, ...layers.map((layer) => layer?.add));
  return Object.keys(set).length + Object.keys(add).length === 0 ? undefined : { set, add };
}

function readPatch(json: Json, where: string): Result<FilePatch, string> {
  const set = readValues(json.set, `${where}set`);
  if (!set.ok) return set;
  const add = readValues(json.add, `${where}add`);
  if (!add.ok) return add;
  const both = Object.keys(set.value).find((key) => Object.hasOwn(add.value, key));
  if (both !== undefined) return err(`${where}"${both}" stands in set and in add, wanted in one of them`);
  return ok({ set: set.value, add: add.value });
}

function readValues(json: unknown, where: string): Result<Readonly<Record<string, string>>, string> {
  if (json === undefined) return ok({});
  if (!isObject(json)) return err(`${where}: saw ${nameOf(json)}, wanted an object of keys and values`);
  const values: Record<string, string> = {};
  for (const [key, value] of Object.entries(json)) {
    if (key === '__proto__') return err(`${where}: "__proto__" is no key`);
    if (typeof value === 'string') values[key] = value;
    else if (typeof value === 'number') values[key] = String(value);
    // A phone's word for yes may be 1, on, true or Yes: not ours to guess.
    else return err(`${where}: "${key}" is ${nameOf(value)}, wanted a text or number as the phone knows it`);
  }
  return ok(values);
}

function findStranger(json: Json, known: readonly string[]): string | undefined {
  return Object.keys(json).find((name) => !known.includes(name));
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function nameOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}

/** V8 quotes a piece of the text in its message, which may be a password: only the place is taken over. */
function placeOf(error: unknown, text: string): string {
  const position = /position (\d+)/.exec(error instanceof Error ? error.message : '')?.[1];
  return position === undefined ? '' : ` (line ${text.slice(0, Number(position)).split('\n').length})`;
}
