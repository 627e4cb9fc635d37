import { expect, test } from 'vitest';
import { choosePatch, parseOverrides } from '../../src/render/parse-overrides.ts';
import { mac } from './test-vendor.ts';

function parse(json: unknown) {
  const parsed = parseOverrides(JSON.stringify(json));
  if (!parsed.ok) throw new Error(parsed.problem);
  return parsed.value;
}

test('later layers win key by key: all phones, model, device', () => {
  const overrides = parse({
    set: { a: 'all', b: 'all', c: 'all' },
    add: { x: 1 },
    models: { Three: { set: { b: 'model', c: 'model' }, add: { y: 2 } }, One: { set: { a: 'other' } } },
    devices: { '02:00:00:00:00:01': { set: { c: 'device' }, add: { x: '3' } } },
  });
  expect(choosePatch(overrides, 'Three', mac('020000000001'))).toEqual({
    set: { a: 'all', b: 'model', c: 'device' },
    add: { x: '3', y: '2' },
  });
  expect(choosePatch(overrides, 'Two', mac('020000000002'))).toEqual({
    set: { a: 'all', b: 'all', c: 'all' },
    add: { x: '1' },
  });
});

test('nothing for a phone is undefined', () => {
  expect(choosePatch(parse({}), 'Three', mac('020000000001'))).toBeUndefined();
  expect(choosePatch(parse({ models: { One: { set: { a: '1' } } } }), 'Three', mac('020000000001'))).toBeUndefined();
});

test.each([
  [[], 'saw a list, wanted an object'],
  [null, 'saw null, wanted an object'],
  [{ sets: {} }, 'saw the field "sets", wanted set, add, models or devices'],
  [{ set: [] }, 'set: saw a list'],
  [{ set: { a: true } }, 'set: "a" is a boolean, wanted a text or number'],
  [{ add: { a: null } }, 'add: "a" is null'],
  [{ set: { a: '1' }, add: { a: '2' } }, '"a" stands in set and in add'],
  [{ models: [] }, 'models: saw a list'],
  [{ models: { Three: 1 } }, 'models "Three": saw a number'],
  [{ models: { Three: { devices: {} } } }, 'models "Three": saw the field "devices", wanted set or add'],
  [{ models: { Three: { set: { a: {} } } } }, 'models "Three": set: "a" is an object'],
  [{ devices: { 'not-a-mac': {} } }, 'devices "not-a-mac": this is no MAC address'],
  [{ devices: { '020000000001': {}, '02:00:00:00:00:01': {} } }, 'this phone is listed twice'],
])('%j is refused: %s', (json, says) => {
  expect(parseOverrides(JSON.stringify(json))).toMatchObject({ ok: false, problem: expect.stringContaining(says) });
});

test('broken JSON tells the line and quotes nothing of the file', () => {
  const parsed = parseOverrides('{\n  "set": {\n    "password": "hunter2",\n  }\n}');
  expect(parsed).toEqual({ ok: false, problem: 'this is not JSON (line 4)' });
  expect(parseOverrides('hunter2')).toMatchObject({ ok: false, problem: expect.not.stringContaining('hunter2') });
});

test("an editor's byte order mark is no fault", () => {
  expect(parseOverrides('\ufeff{"set":{"a":"1"}}').ok).toBe(true);
});
