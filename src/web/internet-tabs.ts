const TABS = [
  { id: 'status', href: '/internet' },
  { id: 'settings', href: '/internet/settings' },
] as const;
export type InternetTab = (typeof TABS)[number]['id'];

/** For `{{> internet-tabs}}`. */
export function internetTabs(current: InternetTab) {
  return TABS.map((tab) => ({ ...tab, isCurrent: tab.id === current }));
}
