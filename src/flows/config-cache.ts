import type { Device } from '../core/device.ts';
import type { Extension } from '../core/extension.ts';
import type { MacAddress } from '../core/mac-address.ts';
import type { Note } from '../core/note.ts';
import { err, ok, type Result } from '../core/result.ts';
import type { Site } from '../core/site.ts';
import { noteRenderProblem, type RenderedFile, type RenderInput, renderFile } from '../render/render-file.ts';
import type { TemplateSet } from '../render/template-set.ts';
import { createZoneRules, type ZoneRules } from '../render/zone-rules.ts';
import type { Vendor, VendorFile } from '../vendors/vendor.ts';
import { choosePhoneAddress } from './choose-phone-address.ts';
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
  /** Learned from the phone where nobody decided it: no decision, so no revision. */
  readonly model: string | null;
  readonly site: Site;
  readonly extensions: readonly (Extension | undefined)[];
  readonly templates: string;
  readonly host: string;
  /** Empty where the file cannot depend on it: then a new one does not concern it. */
  readonly externalAddress: string;
}

interface Entry {
  readonly ingredients: Ingredients;
  readonly rendered: RenderedFile;
  readonly from: number;
  readonly until: number;
}

export interface ConfigCache {
  /** The file's bytes, or why there are none. `host`: our address as the phone reaches it. */
  render(device: Device, vendor: Vendor, file: VendorFile, host: string): Result<RenderedFile, Note>;
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
  /** Left out: no port speaks TLS. */
  readonly phoneTlsPort?: number | undefined;
  /** Left out: phones need no certificate of ours. */
  readonly hasOwnAuthority?: boolean;
  /** The office's external address now; empty: not known. */
  readonly externalAddress?: () => string;
}): ConfigCache {
  const { office, templates, counters, clock, externalAddress = () => '' } = options;
  const readZone = createZoneRules(clock);
  /** When the earliest of the rules that were asked for goes over to another one. */
  let holdsUntil = Number.POSITIVE_INFINITY;
  const zoneRules: ZoneRules = (zone) => {
    const read = readZone(zone);
    if (read.ok) holdsUntil = Math.min(holdsUntil, read.value.holdsUntil ?? Number.POSITIVE_INFINITY);
    return read;
  };
  const entries = new Map<string, Entry>();
  let bytes = 0;

  function input(device: Device, vendor: Vendor, file: VendorFile, host: string): RenderInput {
    return {
      vendor,
      file: file.name,
      device,
      site: office.site(),
      findExtension: office.findExtension,
      server: { host, ...choosePhoneAddress(options, office.site().trust) },
      externalAddress: externalAddress(),
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
        model: device.model,
        site: office.site(),
        extensions: device.extensions.map(office.findExtension),
        templates: templates.versionOf(vendor),
        host,
        externalAddress: templates.isAddressIn(vendor, file) ? externalAddress() : '',
      };
      const now = clock();
      const entry = entries.get(key);
      if (entry !== undefined && isFresh(entry, now) && sameIngredients(entry.ingredients, ingredients)) {
        return ok(entry.rendered);
      }
      drop(key);
      counters.count('filesRendered');
      holdsUntil = Number.POSITIVE_INFINITY;
      const result = renderFile(input(device, vendor, file, host));
      if (!result.ok) return err(noteRenderProblem(result.problem));
      entries.set(key, {
        ingredients,
        rendered: result.value,
        from: now,
        until: Math.min(now + KEPT_FOR_MS, holdsUntil),
      });
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

/** A clock that was set back makes what was made ahead of it stale as well. */
function isFresh({ from, until }: Entry, now: number): boolean {
  return now >= from && now < until;
}

function keyOf(mac: MacAddress, file: VendorFile): string {
  return `${mac} ${file.name}`;
}

function sameIngredients(a: Ingredients, b: Ingredients): boolean {
  return (
    a.revision === b.revision &&
    a.token === b.token &&
    a.model === b.model &&
    a.site === b.site &&
    a.templates === b.templates &&
    a.host === b.host &&
    a.externalAddress === b.externalAddress &&
    a.extensions.length === b.extensions.length &&
    a.extensions.every((extension, line) => extension === b.extensions[line])
  );
}
