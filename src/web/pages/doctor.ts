import type { FastifyReply, FastifyRequest } from 'fastify';
import type { ApiApp } from '../../http/api-app.ts';
import { buildDoctor } from '../build-doctor.ts';
import type { PageDoors } from '../page-doors.ts';
import { isFragmentRequest, type PageKit } from '../page-kit.ts';

const READ = { schema: { hide: true }, config: { role: 'technician' } } as const;

/** The doctor's card of the System page: it is started here, and asks for itself until it is over. */
export function addDoctorPages(app: ApiApp, kit: PageKit, { doctor }: PageDoors): void {
  app.get('/system/doctor', READ, async (request, reply) => showCard(request, reply));

  app.post('/system/doctor', READ, async (request, reply) => {
    const running = doctor.run();
    // It never rejects for what it finds; what else goes wrong is in the log and in its lines.
    running.catch(() => undefined);
    if (isFragmentRequest(request)) return showCard(request, reply);
    await running;
    return kit.redirect(reply, request, '/system#doctor');
  });

  function showCard(request: FastifyRequest, reply: FastifyReply): FastifyReply {
    return kit.renderFragment(reply, request, {
      view: 'doctor-card',
      model: buildDoctor(doctor.last(), kit.texts(request)),
    });
  }
}
