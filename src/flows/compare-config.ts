import type { MacAddress } from '../core/mac-address.ts';
import { err, ok, type Result } from '../core/result.ts';
import { shortenDigest } from '../core/shorten-digest.ts';
import { vendorById } from '../vendors/all.ts';
import type { VendorFile } from '../vendors/vendor.ts';
import type { ConfigCache } from './config-cache.ts';
import type { Doors } from './doors.ts';
import { findOurHost } from './find-our-host.ts';
import { noteNotApproved, noteUnknownPhone, type PreviewProblem } from './preview-config.ts';
import type { ServedFile } from './served-files.ts';

export interface ConfigFacts {
  /** As the phone asks for it. */
  readonly file: string;
  readonly format: VendorFile['format'];
  /** SHA-256 of what the phone would get now, hexadecimal. */
  readonly digest: string;
  /** What it was given last, by this process; undefined: nothing yet. */
  readonly served: ServedFile | undefined;
}

type Reach = Pick<Doors, 'office' | 'lan'>;

/** What the phone has and what it would get now: its own file. */
export function compareConfig(doors: Reach, cache: ConfigCache, mac: MacAddress): Result<ConfigFacts, PreviewProblem> {
  const own = renderOwnFile(doors, cache, mac);
  if (!own.ok) return own;
  const { path, file, rendered } = own.value;
  return ok({ file: path, format: file.format, digest: rendered.digest, served: cache.served.find(mac, file.name) });
}

/** The phone's own file with its secrets. That somebody looked is stored first. */
export async function revealConfig(
  { clock, ...doors }: Reach & Pick<Doors, 'clock'>,
  cache: ConfigCache,
  mac: MacAddress,
  actor: string,
): Promise<Result<string, PreviewProblem>> {
  const own = renderOwnFile(doors, cache, mac);
  if (!own.ok) return own;
  const { path, rendered } = own.value;
  const detail = { file: path, digest: shortenDigest(rendered.digest) };
  await doors.office.commit({
    audit: [{ at: clock(), actor, action: 'config.revealed', subject: mac, detail }],
  });
  return ok(rendered.bytes.toString('utf8'));
}

function renderOwnFile({ office, lan }: Reach, cache: ConfigCache, mac: MacAddress) {
  const device = office.findDevice(mac);
  const vendor = device?.vendorId == null ? undefined : vendorById(device.vendorId);
  if (device === undefined) return err({ kind: 'no-such-device', note: noteUnknownPhone(mac) } as const);
  if (device.state !== 'approved' || vendor === undefined) {
    return err({ kind: 'not-approved', note: noteNotApproved(mac) } as const);
  }
  const [file] = vendor.files;
  const rendered = cache.render(device, vendor, file, findOurHost({ lan }, device));
  if (!rendered.ok) return err({ kind: 'file-cannot-be-made', note: rendered.problem } as const);
  const path = file.pathFor(mac, device.model ?? vendor.unknownModel.name);
  return ok({ path, file, rendered: rendered.value });
}
