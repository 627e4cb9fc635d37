import type { ApiApp } from '../../http/api-app.ts';
import type { PageDoors } from '../page-doors.ts';
import type { PageKit } from '../page-kit.ts';

/** The list of phones: who is here, who waits, who is stuck. */
export function addPhonesPages(app: ApiApp, kit: PageKit, { office }: PageDoors): void {
  app.get('/', { schema: { hide: true }, config: { role: 'viewer' } }, async (request, reply) =>
    kit.renderPage(reply, request, {
      view: 'phones',
      title: 'nav.phones',
      nav: 'phones',
      model: { phones: [...office.devices()].slice(0, 100) },
    }),
  );
}
