import type { MacAddress } from '../core/mac-address.ts';
import type { Site } from '../core/site.ts';
import type { SiteComparison } from '../flows/compare-site.ts';
import type { OverrideEditor } from '../flows/override-editor.ts';
import type { Resyncs } from '../flows/resync-later.ts';

/** What people do with all phones at once. */
export interface SiteDoors {
  /** `example`: the phone to show, if it is among the changed ones. */
  readonly compareSite: (
    draft: Site,
    options?: { readonly example?: MacAddress | undefined },
  ) => Promise<SiteComparison>;
  readonly resyncs: Resyncs;
  readonly overrides: OverrideEditor;
}
