import type { Device } from '../core/device.ts';
import type { Extension } from '../core/extension.ts';
import type { MacAddress } from '../core/mac-address.ts';
import { err, ok, type Result } from '../core/result.ts';
import type { Site } from '../core/site.ts';
import { describeRenderProblem, type RenderedFile, type RenderInput, renderFile } from '../render/render-file.ts';
import type { TemplateSet } from '../render/template-set.ts';
import { createZoneRules } from '../render/zone-rules.ts';
import type { Vendor, VendorFile } from '../vendors/vendor.ts';
import type { Counters } from './counters.ts';
import type { Office } from './office.ts';
import { createServedFiles, type ServedFiles } from './served-files.ts';

/** A file has 3-10 kB: some 10,000 phones' own files. Beyond, a file is rendered again, which takes under a millisecond. */
const CACHED_BYTES = 64 * 1024 * 1024;

/** A zone's rule may change with the day; within one it does not (render/zone-rules). */
const KEPT_FOR_MS = 86_400_000;

/** What a rendering depends on. Values of the office are immutable: the same object is the same content. */
interface Ingredients {
  readonly revision: number;
  /** New with each approval: a forgotten phone's revision begins anew. */
  readonly token: string | null;
  readonly site: Site;
  readonly extensions: readonly (Extension | undefined)[];
  readonly templates: string;
  readonly host: string;
}

interface Entry {
  readonly ingredients: Ingredients;
  readonly rendered: RenderedFile;
  readonly at: number;
}

export interface ConfigCache {
  /** The file's bytes, or the sentence that says why there are none. `host`: our address as the phone reaches it. */
  render(device: Device, vendor: Vendor, file: VendorFile, host: string): Result<RenderedFile, string>;
  /** The same, not cached: what a rendering is made from. */
  input(device: Device, vendor: Vendor, file: VendorFile, host: string): RenderInput;
  /** What phones were given, for those who compare. */
  readonly served: ServedFiles;
}

/** Rendered files by device. A change of device, extension, site or template is noticed by comparing; nothing is ever flushed. */
export function createConfigCache(options: {
  readonly office: Office;
  readonly templates: TemplateSet;
  readonly counters: Counters;
  readonly clock: () => number;
  readonly phonePort: number;
}): ConfigCache {
  const { office, templates, counters, clock, phonePort } = options;
  const zoneRules = createZoneRules(clock);
  const entries = new Map<string, Entry>();
  let bytes = 0;

  function input(device: Device, vendor: Vendor, file: VendorFile, host: string): RenderInput {
    return {
      vendor,
      file: file.name,
      device,
      site: office.site(),
      findExtension: office.findExtension,
      server: { host, port: phonePort },
      templates,
      zoneRules,
    };
  }

  function drop(key: string): void {
    const entry = entries.get(key);
    if (entry === undefined) return;
    bytes -= entry.rendered.bytes.length;
    entries.delete(key);
  }

  return {
    input,
    served: createServedFiles({ office, clock }),
    render(device, vendor, file, host) {
      const key = keyOf(device.mac, file);
      const ingredients: Ingredients = {
        revision: device.revision,
        token: device.token,
        site: office.site(),
        extensions: device.extensions.map(office.findExtension),
        templates: templates.versionOf(vendor),
        host,
      };
      const now = clock();
      const entry = entries.get(key);
      if (entry !== undefined && now - entry.at < KEPT_FOR_MS && sameIngredients(entry.ingredients, ingredients)) {
        return ok(entry.rendered);
      }
      drop(key);
      counters.count('filesRendered');
      const result = renderFile(input(device, vendor, file, host));
      if (!result.ok) return err(describeRenderProblem(result.problem));
      entries.set(key, { ingredients, rendered: result.value, at: now });
      bytes += result.value.bytes.length;
      // A Map keeps the order of insertion: what was rendered first goes first.
      for (const oldest of entries.keys()) {
        if (bytes <= CACHED_BYTES) break;
        drop(oldest);
      }
      return ok(result.value);
    },
  };
}

function keyOf(mac: MacAddress, file: VendorFile): string {
  return `${mac} ${file.name}`;
}

function sameIngredients(a: Ingredients, b: Ingredients): boolean {
  return (
    a.revision === b.revision &&
    a.token === b.token &&
    a.site === b.site &&
    a.templates === b.templates &&
    a.host === b.host &&
    a.extensions.length === b.extensions.length &&
    a.extensions.every((extension, line) => extension === b.extensions[line])
  );
}
