import type { MacAddress } from '../core/mac-address.ts';
import { type RenderInput, renderPreview } from '../render/render-file.ts';
import type { Office } from './office.ts';

export interface ServedFile {
  readonly at: number;
  /** As phones got it: SHA-256, hexadecimal. */
  readonly digest: string;
  /** With secrets covered; null: the templates have changed since, and what they were is not kept. */
  readonly text: string | null;
}

/**
 * What each phone was given last. Kept is what it was made from, whose parts the office never changes but replaces: some
 * hundred bytes, and the text itself is made again when somebody asks. Forgotten with the process.
 */
export interface ServedFiles {
  note(input: RenderInput, digest: string): void;
  find(mac: MacAddress, fileName: string): ServedFile | undefined;
}

interface Kept {
  readonly at: number;
  readonly digest: string;
  readonly templates: string;
  readonly input: RenderInput;
}

export function createServedFiles({
  office,
  clock,
}: {
  readonly office: Pick<Office, 'onDevice'>;
  readonly clock: () => number;
}): ServedFiles {
  const served = new Map<MacAddress, Map<string, Kept>>();
  office.onDevice(({ before, after }) => {
    if (after === undefined && before !== undefined) served.delete(before.mac);
  });

  return {
    note(input, digest) {
      const { device, vendor, file, findExtension, templates } = input;
      // The extensions as they are now: the office will answer with newer ones.
      const extensions = new Map(device.extensions.map((number) => [number, findExtension(number)]));
      const frozen = { ...input, findExtension: (number: string) => extensions.get(number) };
      const files = served.get(device.mac) ?? new Map<string, Kept>();
      files.set(file, { at: clock(), digest, templates: templates.versionOf(vendor), input: frozen });
      served.set(device.mac, files);
    },
    find(mac, fileName) {
      const kept = served.get(mac)?.get(fileName);
      if (kept === undefined) return undefined;
      const { at, digest, templates, input } = kept;
      const rendered = templates === input.templates.versionOf(input.vendor) ? renderPreview(input) : undefined;
      return { at, digest, text: rendered?.ok === true ? rendered.value.bytes.toString('utf8') : null };
    },
  };
}
