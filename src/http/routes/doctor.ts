import type { ApiApp } from '../api-app.ts';
import { describeRoute } from '../describe-route.ts';
import { formatDoctorRun } from '../format-doctor.ts';
import { DoctorAnswer } from '../schemas/doctor.ts';
import type { WebDoors } from '../web-doors.ts';

/** What `plugtone doctor` does, from within the running appliance. */
export function addDoctorRoutes(app: ApiApp, { doctor }: WebDoors): void {
  app.post(
    '/system/doctor',
    {
      config: { role: 'technician' },
      schema: describeRoute({
        role: 'technician',
        tag: 'System',
        summary: 'Look at everything that has to be right for phones to be served',
        description:
          'Ports, groups, buffers, firewall, neighbour table, disk, clock, time zones, templates, database, backups, router, names, ' +
          'SIP server, other PnP servers. Answers when all is looked at: some ten seconds, half a minute at most. Changes nothing.',
        answers: { 200: DoctorAnswer },
      }),
    },
    async () => formatDoctorRun(await doctor.run()),
  );
}
