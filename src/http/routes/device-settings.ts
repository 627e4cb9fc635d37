import { changeDeviceSettings, describeDeviceProblem } from '../../flows/decide-device.ts';
import type { ApiApp } from '../api-app.ts';
import { actorOf } from '../bearer-guard.ts';
import { describeRoute } from '../describe-route.ts';
import { formatDeviceSettings } from '../format-answers.ts';
import { replyWithProblem } from '../problem-reply.ts';
import { problemOf } from '../problem-to-reply.ts';
import { invalidInput } from '../read-mac-parameter.ts';
import { readSettingsLayer } from '../read-settings-layer.ts';
import { sameSettings } from '../read-site-change.ts';
import { MacParams } from '../schemas/common.ts';
import { DeviceSettingsAnswer, SettingsMap } from '../schemas/settings.ts';
import type { WebDoors } from '../web-doors.ts';
import { findDeviceOfPath } from './devices.ts';

const TAG = 'Phones';

/** The settings of one phone. */
export function addDeviceSettingsRoutes(app: ApiApp, { office, resolveDeviceSettings, clock }: WebDoors): void {
  app.get(
    '/devices/:mac/settings',
    {
      config: { role: 'viewer' },
      schema: {
        params: MacParams,
        ...describeRoute({
          role: 'viewer',
          tag: TAG,
          summary: 'Every setting of a phone, and which layer it comes from',
          answers: { 200: DeviceSettingsAnswer },
          problems: ['no-such-device'],
        }),
      },
    },
    async (request, reply) => {
      const found = findDeviceOfPath(office, request.params.mac);
      if (!found.ok) return replyWithProblem(reply, found.problem);
      return formatDeviceSettings(found.value, resolveDeviceSettings(found.value));
    },
  );

  app.put(
    '/devices/:mac/settings',
    {
      config: { role: 'technician' },
      schema: {
        params: MacParams,
        body: SettingsMap,
        ...describeRoute({
          role: 'technician',
          tag: TAG,
          summary: "Replace the phone's own layer of settings",
          description:
            'What is left out comes from the site again; `{}` empties the layer. The same again changes nothing.',
          answers: { 200: DeviceSettingsAnswer },
          problems: ['no-such-device'],
        }),
      },
    },
    async (request, reply) => {
      const found = findDeviceOfPath(office, request.params.mac);
      if (!found.ok) return replyWithProblem(reply, found.problem);
      const settings = readSettingsLayer('body', request.body);
      if (!settings.ok) return replyWithProblem(reply, invalidInput(settings.problem));
      const before = found.value;
      if (sameSettings(before.settings, settings.value))
        return formatDeviceSettings(before, resolveDeviceSettings(before));
      const changed = await changeDeviceSettings(office, before.mac, settings.value, actorOf(request), clock());
      if (!changed.ok) return replyWithProblem(reply, problemOf(changed.problem, describeDeviceProblem));
      return formatDeviceSettings(changed.value, resolveDeviceSettings(changed.value));
    },
  );
}
