import type { FastifyRequest } from 'fastify';
import { hasRole } from '../core/role.ts';
import type { ApiApp } from '../http/api-app.ts';

export const SYSTEM_TABS = [
  { id: 'system', href: '/system', role: 'viewer' },
  { id: 'backups', href: '/backups', role: 'admin' },
  { id: 'users', href: '/users', role: 'admin' },
  { id: 'tokens', href: '/tokens', role: 'admin' },
] as const;
export type SystemTab = (typeof SYSTEM_TABS)[number]['id'];

/** For `{{> system-tabs}}`: those that exist and that the user may open. */
export function systemTabs(app: ApiApp, request: FastifyRequest, current: SystemTab) {
  return SYSTEM_TABS.filter(
    ({ href, role }) =>
      app.hasRoute({ method: 'GET', url: href }) && request.user !== null && hasRole(request.user.role, role),
  ).map(({ id, href }) => ({ id, href, isCurrent: id === current }));
}
