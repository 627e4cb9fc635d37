import type { Role } from '../core/role.ts';
import { hasRole } from '../core/role.ts';

const TABS = [
  { id: 'site', href: '/site', role: 'viewer' },
  { id: 'layers', href: '/site/layers', role: 'viewer' },
  { id: 'resync', href: '/site/resync', role: 'viewer' },
  { id: 'trust', href: '/site/trust', role: 'viewer' },
  { id: 'overrides', href: '/site/overrides', role: 'admin' },
] as const;
export type SiteTab = (typeof TABS)[number]['id'];

/** For `{{> site-tabs}}`: those that the user may open. */
export function siteTabs(user: { readonly role: Role } | null, current: SiteTab) {
  return TABS.filter(({ role }) => user !== null && hasRole(user.role, role)).map(({ id, href }) => ({
    id,
    href,
    isCurrent: id === current,
  }));
}
