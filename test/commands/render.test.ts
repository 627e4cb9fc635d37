import { readFile } from 'node:fs/promises';
import { afterEach, beforeEach, expect, type MockInstance, test, vi } from 'vitest';
import { CommandError } from '../../src/commands/command-error.ts';
import { renderCommand } from '../../src/commands/render.ts';
import { vendors } from '../../src/vendors/all.ts';
import { readKeys } from '../render/readers.ts';

let out: MockInstance<typeof process.stdout.write>;
let errors: MockInstance<typeof process.stderr.write>;

beforeEach(() => {
  out = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  errors = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
});

afterEach(() => {
  vi.restoreAllMocks();
});

const [first] = vendors;
if (first === undefined) throw new Error('no vendor');
const SAMPLE = {
  '--vendor': first.id,
  '--model': first.simulated.model,
  '--mac': '00:15:65:aa:bb:cc',
  '--time-zone': 'Europe/Berlin',
};

async function run(changes: Readonly<Record<string, string>> = {}, ...more: string[]): Promise<Buffer> {
  const options = Object.entries({ ...SAMPLE, ...changes }).flat();
  await renderCommand()
    .exitOverride()
    .parseAsync([...options, ...more], { from: 'user' });
  return Buffer.concat(out.mock.calls.map(([bytes]) => Buffer.from(bytes)));
}

async function refusal(changes: Readonly<Record<string, string>>, exitCode: number): Promise<string> {
  const error = await run(changes).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof CommandError)) throw new Error(`no CommandError: ${String(error)}`);
  expect(error.exitCode).toBe(exitCode);
  expect(out).not.toHaveBeenCalled();
  return error.message;
}

test.each(vendors.map((vendor) => [vendor.id, vendor] as const))(
  'prints the own file of %s exactly',
  async (id, vendor) => {
    const changes = { '--vendor': id, '--model': vendor.simulated.model, '--extension': '4711', '--password': 'p&w' };
    const text = (await run(changes)).toString('utf8');
    expect(text).toMatch(/[^\n]\n$/);
    const values = [...readKeys(text, vendor.files[0].format).values()].flat();
    expect(values).toContain('4711');
    expect(values).toContain('p&w');
  },
);

test('prints any file by its own name or as the phone asks for it', async () => {
  const vendor = vendors.find(({ files }) => files.length > 1);
  const file = vendor?.files[1];
  if (vendor === undefined || file === undefined) throw new Error('no vendor has a second file');
  const { model } = vendor.simulated;
  const changes = { '--vendor': vendor.id, '--model': model };
  const byName = await run({ ...changes, '--file': file.name });
  out.mockClear();
  expect((await run({ ...changes, '--file': file.pathFor('001565aabbcc' as never, model) })).equals(byName)).toBe(true);
  out.mockClear();
  expect((await run(changes)).equals(byName)).toBe(false);
});

test('settings are taken with their types, the last one wins', async () => {
  const text = (
    await run(
      {},
      '--set',
      'sipServer=a.example',
      '--set',
      'sipServer=pbx.example',
      '--set',
      'codecs=pcmu,pcma',
      '--set',
      'sipPort=5070',
    )
  ).toString();
  const values = [...readKeys(text, first.files[0].format).values()].flat();
  expect(values).toContain('pbx.example');
  expect(values).not.toContain('a.example');
  expect(values).toContain('5070');
});

test('the model is found in any case, and as the phone says it', async () => {
  const upper = await run({ '--model': first.simulated.model.toUpperCase() });
  out.mockClear();
  expect((await run({ '--model': first.simulated.model.toLowerCase() })).equals(upper)).toBe(true);
  out.mockClear();
  const said = first.simulated.eventWords(first.simulated.model).model;
  expect((await run({ '--model': said })).equals(upper)).toBe(true);
});

test('what the phone cannot do is told on standard error, not in the file', async () => {
  const text = (await run({}, '--set', 'language=eo')).toString();
  expect(errors.mock.calls.flat().join('')).toMatch(/^plugtone: note: language "eo" is unknown to .+\n$/);
  expect(text).not.toContain('note:');
});

test("a site's overrides can be tried, and those of the examples all find their keys", async () => {
  const siteDir = new URL('../../provisioning/examples/', import.meta.url).pathname;
  for (const vendor of vendors) {
    const overrides: unknown = JSON.parse(await readFile(`${siteDir}overrides/${vendor.id}/overrides.json`, 'utf8'));
    const changes = { '--vendor': vendor.id, '--model': vendor.simulated.model };
    const before = await run(changes);
    out.mockClear();
    const after = await run(changes, '--site-dir', siteDir);
    out.mockClear();
    expect(after.equals(before), vendor.id).toBe(false);
    expect(errors.mock.calls, vendor.id).toEqual([]);
    expect(overrides).toHaveProperty('add');
  }
});

test.each([
  [{ '--vendor': 'nobody' }, /^there is no vendor "nobody"; known are \w+, /],
  [{ '--model': 'T99' }, /has no model "T99"; known are \w+/],
  [{ '--mac': '00:15' }, /^"00:15" is no MAC address/],
  [
    { '--time-zone': 'Europe/Berln' },
    /^timeZone: saw "Europe\/Berln", wanted an IANA time zone.*near it: Europe\/Berlin/,
  ],
  [{ '--extension': 'a b' }, /^"a b" is no extension/],
  [{ '--file': 'nothing' }, /has no file "nothing"; known are \S+/],
  [{ '--set': 'vlanId=5000' }, /^vlanId: saw "5000", wanted a whole number 0-4094/],
  [{ '--set': 'vlanID=5' }, /^there is no setting "vlanID"; near it: vlanId.*; known: sipServer/],
  [{ '--set': 'vlanId' }, /^--set: saw "vlanId", wanted key=value/],
  [{ '--password': '' }, /^--password: saw nothing, wanted a password/],
])('%j is wrong usage', async (changes, says) => {
  expect(await refusal(changes, 2)).toMatch(says);
});

test('a value that the file cannot hold is a clear error', async () => {
  const says = await refusal({ '--password': 'two\nlines' }, 1);
  expect(says).toMatch(/^the password of line 1 of 001565aabbcc cannot be written/);
});

test('a missing option is wrong usage', async () => {
  const parsed = renderCommand().exitOverride().parseAsync(['--vendor', first.id], { from: 'user' });
  await expect(parsed).rejects.toMatchObject({ code: 'commander.missingMandatoryOptionValue' });
});
