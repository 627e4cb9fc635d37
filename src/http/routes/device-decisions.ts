import type { FastifyReply } from 'fastify';
import type { Device } from '../../core/device.ts';
import type { Result } from '../../core/result.ts';
import { approveDevice, describeApproveProblem } from '../../flows/approve-device.ts';
import { blockDevice, type DeviceProblem, describeDeviceProblem, forgetDevice } from '../../flows/decide-device.ts';
import { handOverDevice } from '../../flows/hand-over-device.ts';
import { orderResync } from '../../flows/order-resync.ts';
import type { ApiApp } from '../api-app.ts';
import { actorOf } from '../bearer-guard.ts';
import { describeRoute } from '../describe-route.ts';
import { formatDevice } from '../format-answers.ts';
import { replyWithProblem } from '../problem-reply.ts';
import { problemOf } from '../problem-to-reply.ts';
import { readMacParameter } from '../read-mac-parameter.ts';
import { MacParams } from '../schemas/common.ts';
import { ApproveAnswer, ApproveBody, DeviceAnswer, ResyncBody } from '../schemas/device.ts';
import type { WebDoors } from '../web-doors.ts';

const TAG = 'Phones';

/** Deciding about phones: approve, block, forget, resync. */
export function addDeviceDecisionRoutes(app: ApiApp, doors: WebDoors): void {
  const { office, deliveries, lamps, clock } = doors;

  async function answer(reply: FastifyReply, result: Result<Device, DeviceProblem>) {
    if (!result.ok) return replyWithProblem(reply, problemOf(result.problem, describeDeviceProblem));
    return formatDevice(result.value, await lamps.read(result.value.mac));
  }

  app.post(
    '/devices/:mac/approve',
    {
      config: { role: 'technician' },
      schema: {
        params: MacParams,
        body: ApproveBody,
        ...describeRoute({
          role: 'technician',
          tag: TAG,
          summary: 'Give a phone its extension',
          description:
            'Stored durably, then delivered to the phone. Approving again with another extension changes a phone that runs; ' +
            'its old address dies. A phone that never asked may be approved ahead, if its maker is known by its MAC address.',
          answers: { 200: ApproveAnswer },
          problems: [
            'account-not-writable',
            'bad-extension',
            'no-such-vendor',
            'no-such-device',
            'vendor-unknown',
            'extension-taken',
            'too-many-extensions',
          ],
        }),
      },
    },
    async (request, reply) => {
      const mac = readMacParameter(request.params.mac);
      if (!mac.ok) return replyWithProblem(reply, mac.problem);
      const { extension, moreExtensions = [], vendor, model, share } = request.body;
      const approval = await approveDevice(
        office,
        {
          mac: mac.value,
          extensions: [extension, ...moreExtensions],
          vendorId: vendor,
          model,
          share,
          actor: actorOf(request),
        },
        clock(),
      );
      if (!approval.ok) return replyWithProblem(reply, problemOf(approval.problem, describeApproveProblem));
      const { device, created } = approval.value;
      const answered = formatDevice(device, await lamps.read(device.mac));
      return { device: answered, created: created.map(({ number }) => number) };
    },
  );

  app.post(
    '/devices/:mac/block',
    {
      config: { role: 'technician' },
      schema: {
        params: MacParams,
        ...describeRoute({
          role: 'technician',
          tag: TAG,
          summary: 'Never answer a phone again',
          description: 'Until somebody approves or forgets it. It loses its extensions, and its address dies.',
          answers: { 200: DeviceAnswer },
          problems: ['no-such-device'],
        }),
      },
    },
    async (request, reply) => {
      const mac = readMacParameter(request.params.mac);
      if (!mac.ok) return replyWithProblem(reply, mac.problem);
      return answer(reply, await blockDevice(office, mac.value, actorOf(request), clock()));
    },
  );

  app.post(
    '/devices/:mac/forget',
    {
      config: { role: 'technician' },
      schema: {
        params: MacParams,
        ...describeRoute({
          role: 'technician',
          tag: TAG,
          summary: 'Drop all that is known of a phone',
          description: 'Answers with the phone as it was. It shows up again as pending with its next boot.',
          answers: { 200: DeviceAnswer },
          problems: ['no-such-device'],
        }),
      },
    },
    async (request, reply) => {
      const mac = readMacParameter(request.params.mac);
      if (!mac.ok) return replyWithProblem(reply, mac.problem);
      return answer(reply, await forgetDevice(office, mac.value, actorOf(request), clock()));
    },
  );

  app.post(
    '/devices/:mac/resync',
    {
      config: { role: 'technician' },
      schema: {
        params: MacParams,
        body: ResyncBody,
        ...describeRoute({
          role: 'technician',
          tag: TAG,
          summary: 'Make a phone fetch its files now',
          description: 'The body may be left out. What comes of it stands in the journey.',
          answers: { 200: DeviceAnswer },
          problems: ['no-such-device', 'not-approved', 'never-seen'],
        }),
      },
      preValidation: async (request) => {
        request.body ??= {};
      },
    },
    async (request, reply) => {
      const mac = readMacParameter(request.params.mac);
      if (!mac.ok) return replyWithProblem(reply, mac.problem);
      const how = request.body.reboot === true ? 'reboot' : 'resync';
      return answer(reply, await orderResync(doors, mac.value, how, actorOf(request)));
    },
  );

  app.post(
    '/devices/:mac/hand-over',
    {
      config: { role: 'technician' },
      schema: {
        params: MacParams,
        ...describeRoute({
          role: 'technician',
          tag: TAG,
          summary: 'Hand a phone its files over again, that is sealed or lost its password',
          description:
            'Where the site hands files over in a window of time (`handOverMinutes`): opens it anew, for whichever address fetches first. ' +
            'Where phones log in (`phoneLogin`): draws a new password, so that its next fetch needs none. The phone is asked to fetch, where it can be.',
          answers: { 200: DeviceAnswer },
          problems: ['no-such-device', 'not-approved'],
        }),
      },
    },
    async (request, reply) => {
      const mac = readMacParameter(request.params.mac);
      if (!mac.ok) return replyWithProblem(reply, mac.problem);
      return answer(reply, await handOverDevice(office, deliveries, mac.value, actorOf(request), clock()));
    },
  );
}
