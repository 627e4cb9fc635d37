import type { Device } from '../../core/device.ts';
import { formatMacAddress, type MacAddress } from '../../core/mac-address.ts';
import { err, ok, type Result } from '../../core/result.ts';
import { vendorById } from '../../vendors/all.ts';
import type { ApiApp } from '../api-app.ts';
import { describeRoute } from '../describe-route.ts';
import { deviceSortKey, findPage, matchesQuery } from '../find-devices.ts';
import { formatDevice, formatJourneyEvent } from '../format-answers.ts';
import { replyWithProblem } from '../problem-reply.ts';
import type { HttpProblem } from '../problem-to-reply.ts';
import { formatCursor, formatPosition, readCursor, readPosition } from '../read-cursor.ts';
import { invalidInput, readMacParameter } from '../read-mac-parameter.ts';
import { DEFAULT_LIMIT, MacParams } from '../schemas/common.ts';
import { ConfigAnswer, ConfigQuery, DeviceAnswer, DeviceList, DeviceListQuery } from '../schemas/device.ts';
import { JourneyList, NewestFirstQuery } from '../schemas/record.ts';
import type { WebDoors } from '../web-doors.ts';

const TAG = 'Phones';

/** The device that a path names, or the problem to answer with. */
export function findDeviceOfPath(office: WebDoors['office'], text: string): Result<Device, HttpProblem> {
  const mac = readMacParameter(text);
  if (!mac.ok) return mac;
  const device = office.findDevice(mac.value);
  if (device !== undefined) return ok(device);
  return err(noSuchDevice(mac.value));
}

function noSuchDevice(mac: MacAddress): HttpProblem {
  return { kind: 'no-such-device', detail: `No phone ${formatMacAddress(mac)} is known.` };
}

/** Reading phones: the list, one, its journey, its file. */
export function addDeviceRoutes(app: ApiApp, { office, lamps, listJourney, previewConfig }: WebDoors): void {
  const names = {
    vendorName: (id: string) => vendorById(id)?.name ?? '',
    extensionName: (number: string) => office.findExtension(number)?.displayName ?? '',
  };

  app.get(
    '/devices',
    {
      config: { role: 'viewer' },
      schema: {
        querystring: DeviceListQuery,
        ...describeRoute({
          role: 'viewer',
          tag: TAG,
          summary: 'All phones',
          description:
            'Pending phones first, the one that asked last on top; then approved ones by extension; blocked ones last.',
          answers: { 200: DeviceList },
        }),
      },
    },
    async (request, reply) => {
      const { limit = DEFAULT_LIMIT, cursor, ...query } = request.query;
      const after = readCursor(cursor);
      if (!after.ok) return replyWithProblem(reply, invalidInput([after.problem]));
      const page = findPage(devicesThatMatch(query), deviceSortKey, limit, after.value);
      const items = await Promise.all(
        page.items.map(async (device) => formatDevice(device, await lamps.read(device.mac))),
      );
      return { items, next: page.next === null ? null : formatCursor(page.next) };
    },
  );

  function* devicesThatMatch(query: Parameters<typeof matchesQuery>[1]): Generator<Device> {
    for (const device of office.devices()) if (matchesQuery(device, query, names)) yield device;
  }

  app.get(
    '/devices/:mac',
    {
      config: { role: 'viewer' },
      schema: {
        params: MacParams,
        ...describeRoute({
          role: 'viewer',
          tag: TAG,
          summary: 'One phone',
          answers: { 200: DeviceAnswer },
          problems: ['no-such-device'],
        }),
      },
    },
    async (request, reply) => {
      const found = findDeviceOfPath(office, request.params.mac);
      if (!found.ok) return replyWithProblem(reply, found.problem);
      return formatDevice(found.value, await lamps.read(found.value.mac));
    },
  );

  app.get(
    '/devices/:mac/journey',
    {
      config: { role: 'viewer' },
      schema: {
        params: MacParams,
        querystring: NewestFirstQuery,
        ...describeRoute({
          role: 'viewer',
          tag: TAG,
          summary: 'What happened to a phone, newest first',
          description: 'Events are stored within a second. Those of a forgotten phone are kept as long as all others.',
          answers: { 200: JourneyList },
          problems: ['no-such-device'],
        }),
      },
    },
    async (request, reply) => {
      const mac = readMacParameter(request.params.mac);
      if (!mac.ok) return replyWithProblem(reply, mac.problem);
      const { limit = DEFAULT_LIMIT, before } = request.query;
      const { items, next } = await listJourney(mac.value, { limit, before: readPosition(before) });
      if (items.length === 0 && office.findDevice(mac.value) === undefined) {
        const last =
          before === undefined ? items : (await listJourney(mac.value, { limit: 1, before: undefined })).items;
        if (last.length === 0) return replyWithProblem(reply, noSuchDevice(mac.value));
      }
      return { items: items.map(formatJourneyEvent), next: formatPosition(next) };
    },
  );

  app.get(
    '/devices/:mac/config',
    {
      config: { role: 'viewer' },
      schema: {
        params: MacParams,
        querystring: ConfigQuery,
        ...describeRoute({
          role: 'viewer',
          tag: TAG,
          summary: 'The file that a phone would get now, secrets masked',
          description: 'With `format=raw` the text alone, as text/plain.',
          answers: { 200: ConfigAnswer },
          problems: ['no-such-device', 'no-such-file', 'not-approved', 'file-cannot-be-made'],
        }),
      },
    },
    async (request, reply) => {
      const mac = readMacParameter(request.params.mac);
      if (!mac.ok) return replyWithProblem(reply, mac.problem);
      const { file, format } = request.query;
      const preview = previewConfig(mac.value, file);
      if (!preview.ok) {
        const { kind, note } = preview.problem;
        return replyWithProblem(reply, { kind, detail: note.text });
      }
      if (format === 'raw') return reply.type('text/plain; charset=utf-8').send(preview.value.text);
      return { ...preview.value, notes: preview.value.notes.map(({ text }) => text) };
    },
  );
}
