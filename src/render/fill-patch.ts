import type { Overrides } from './parse-overrides.ts';
import type { FilePatch } from './patch-file.ts';

/** Stands for the office's external address in a value of `overrides.json`, as in a template. */
const PLACEHOLDER = /\{\{ *externalAddress *\}\}/g;

/** Templates that name the address, or that list the whole view. */
const NAMES_ADDRESS = /externalAddress|#each\s+(?:this|@root|\.|\.\.(?:\/\.\.)*)\s*(?:[}~]|as\b)/;

export interface FilledPatch {
  readonly patch: FilePatch;
  /** Keys that are left out, because the address is not known. */
  readonly leftOut: readonly string[];
}

/** Writes the office's external address into the values that ask for it. Empty: not known; such a key then stays as it is. */
export function fillPatch(patch: FilePatch, externalAddress: string): FilledPatch {
  const leftOut: string[] = [];
  const fill = (values: FilePatch['set']): Record<string, string> => {
    const filled: Record<string, string> = {};
    for (const [key, value] of Object.entries(values)) {
      const text = value.replace(PLACEHOLDER, externalAddress);
      if (text !== value && externalAddress === '') leftOut.push(key);
      else filled[key] = text;
    }
    return filled;
  };
  return { patch: { set: fill(patch.set), add: fill(patch.add) }, leftOut };
}

/** May a file that is made of this template depend on the external address? */
export function isAddressInTemplate(template: string): boolean {
  return NAMES_ADDRESS.test(template);
}

/** May a file that these overrides are laid over depend on it? */
export function isAddressInOverrides({ base, models, devices }: Overrides): boolean {
  const patches = [base, ...models.values(), ...devices.values()];
  const values = patches.flatMap(({ set, add }) => [...Object.values(set), ...Object.values(add)]);
  return values.some((value) => value.search(PLACEHOLDER) >= 0);
}
