import type { Device } from '../core/device.ts';
import type { Extension } from '../core/extension.ts';
import type { Site } from '../core/site.ts';
import type { Vendor } from '../vendors/vendor.ts';
import type { ServerAddress } from './server-address.ts';
import type { TemplateSet } from './template-set.ts';
import type { ZoneRules } from './zone-rules.ts';

export interface RenderInput {
  readonly vendor: Vendor;
  /** A `name` of the vendor's files. */
  readonly file: string;
  readonly device: Device;
  readonly site: Site;
  readonly findExtension: (number: string) => Extension | undefined;
  /** This appliance as the phone reaches it. */
  readonly server: ServerAddress;
  /** The office's external address; empty: not known. */
  readonly externalAddress: string;
  readonly templates: TemplateSet;
  readonly zoneRules: ZoneRules;
  /** Set by `maskSecrets` only. */
  readonly masked?: boolean;
}
