import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Device } from '../../core/device.ts';
import { formatMacAddress, parseMacAddress } from '../../core/mac-address.ts';
import type { Result } from '../../core/result.ts';
import { blockDevice, type DeviceProblem, forgetDevice } from '../../flows/decide-device.ts';
import { canHandOver, handOverDevice } from '../../flows/hand-over-device.ts';
import { orderResync } from '../../flows/order-resync.ts';
import type { ApiApp } from '../../http/api-app.ts';
import { actorOf } from '../../http/bearer-guard.ts';
import { vendorById, vendors } from '../../vendors/all.ts';
import { describeProblem } from '../describe-problem.ts';
import type { PageDoors } from '../page-doors.ts';
import { isFragmentRequest, type PageKit } from '../page-kit.ts';
import type { PhoneRows, RowOptions } from '../phone-rows.ts';
import { readForm } from '../read-form.ts';

type MacRequest = FastifyRequest<{ Params: { mac: string } }>;

const READ = { schema: { hide: true }, config: { role: 'viewer' } } as const;
const DECIDE = { schema: { hide: true }, config: { role: 'technician' } } as const;

/** Orders to one phone, from its row, its menu or its page. The same flows as the API's routes. */
export function addPhoneOrders(app: ApiApp, kit: PageKit, doors: PageDoors, rows: PhoneRows): void {
  const { office, deliveries, held, clock } = doors;

  /** What can be done with a phone, as a dialog; without script as a page of its own. */
  app.get<{ Params: { mac: string } }>('/phones/:mac/actions', READ, async (request, reply) => {
    const device = findDevice(request);
    if (device === undefined) return unknownPhone(request, reply);
    const vendor = device.vendorId === null ? undefined : vendorById(device.vendorId);
    const row = await rows.row(request, device, { group: 'phones' });
    const [offered = ''] = rows.freeExtensions(1);
    const model = {
      row,
      offered,
      extensions: device.extensions.join(', '),
      isUnknown: vendor === undefined,
      vendors: vendors.map(({ id, name }) => ({ id, name })),
      model: device.model ?? '',
      lines: vendor?.models.find(({ name }) => name === device.model)?.lines ?? null,
      console: vendor === undefined || device.address === null ? null : vendor.webConsole(device.address),
      canHandOver: device.state === 'approved' && canHandOver(device, office.site()),
      canResync: device.state === 'approved' && device.dialog !== null && vendor?.checkSync != null,
    };
    if (isFragmentRequest(request)) return kit.renderFragment(reply, request, { view: 'phone-actions', model });
    return kit.renderPage(reply, request, { view: 'phone-actions', title: 'actions.title', nav: 'phones', model });
  });

  app.get<{ Params: { mac: string } }>('/phones/:mac/row', READ, async (request, reply) =>
    answerWithRow(request, reply, {}),
  );

  app.post<{ Params: { mac: string } }>('/phones/:mac/approve', DECIDE, async (request, reply) => {
    const mac = parseMacAddress(request.params.mac);
    if (mac === undefined) return unknownPhone(request, reply);
    const form = readForm(request);
    const extensions = form
      .get('extension')
      .split(/[\s,]+/)
      .filter((number) => number !== '');
    const vendorId = form.get('vendor');
    const model = form.get('model');
    const result = held.hold({
      mac,
      extensions,
      vendorId: vendorId === '' ? undefined : vendorId,
      model: model === '' ? undefined : model.slice(0, 64),
      share: form.has('share'),
      actor: actorOf(request),
    });
    if (result.ok) return answerWithRow(request, reply, {});
    const error = describeProblem(kit.texts(request), result.problem);
    const canShare = result.problem.kind === 'extension-taken';
    return answerWithRow(request, reply, { offered: extensions.join(', '), error, canShare });
  });

  app.post<{ Params: { mac: string } }>('/phones/:mac/undo', DECIDE, async (request, reply) => {
    const mac = parseMacAddress(request.params.mac);
    const offered = mac === undefined ? '' : (held.find(mac)?.request.extensions.join(', ') ?? '');
    const wasInTime = mac !== undefined && held.undo(mac);
    if (!wasInTime) return answerWithRow(request, reply, { error: kit.t(request, 'phones.undo-too-late') });
    return answerWithRow(request, reply, { offered });
  });

  app.post<{ Params: { mac: string } }>('/phones/:mac/block', DECIDE, async (request, reply) =>
    decide(request, reply, 'done.blocked', (device) => blockDevice(office, device.mac, actorOf(request), clock())),
  );

  app.post<{ Params: { mac: string } }>('/phones/:mac/forget', DECIDE, async (request, reply) =>
    decide(request, reply, 'done.forgotten', (device) => forgetDevice(office, device.mac, actorOf(request), clock())),
  );

  app.post<{ Params: { mac: string } }>('/phones/:mac/resync', DECIDE, async (request, reply) =>
    decide(request, reply, 'done.resynced', (device) => orderResync(doors, device.mac, 'resync', actorOf(request))),
  );

  app.post<{ Params: { mac: string } }>('/phones/:mac/reboot', DECIDE, async (request, reply) =>
    decide(request, reply, 'done.rebooted', (device) => orderResync(doors, device.mac, 'reboot', actorOf(request))),
  );

  app.post<{ Params: { mac: string } }>('/phones/:mac/hand-over', DECIDE, async (request, reply) =>
    decide(request, reply, 'done.handed-over', (device) =>
      handOverDevice(office, deliveries, device.mac, actorOf(request), clock()),
    ),
  );

  async function decide(
    request: MacRequest,
    reply: FastifyReply,
    doneKey: string,
    order: (device: Device) => Promise<Result<Device, DeviceProblem>>,
  ): Promise<FastifyReply> {
    const device = findDevice(request);
    if (device === undefined) return unknownPhone(request, reply);
    // What is decided now is newer than what was held.
    held.undo(device.mac);
    const result = await order(device);
    const text = result.ok
      ? kit.t(request, doneKey, { mac: formatMacAddress(device.mac) })
      : describeProblem(kit.texts(request), result.problem);
    const kind = result.ok ? 'done' : 'error';
    // The row itself follows by the live stream, wherever it is shown.
    return kit.tell(reply, request, readBack(request), { kind, text });
  }

  /** The row as it is now; a form that was sent without script leads back to the page it came from. */
  async function answerWithRow(
    request: MacRequest,
    reply: FastifyReply,
    options: Omit<RowOptions, 'group'>,
  ): Promise<FastifyReply> {
    const device = findDevice(request);
    if (!isFragmentRequest(request)) {
      const text = options.error ?? kit.t(request, 'done.approving');
      return kit.redirect(reply, request, readBack(request), { kind: options.error ? 'error' : 'done', text });
    }
    if (device === undefined) return unknownPhone(request, reply);
    const group = readGroup(request);
    if (group === null) {
      const text = options.error ?? kit.t(request, 'done.approving');
      return kit.renderNotice(reply, request, { kind: options.error ? 'error' : 'done', text });
    }
    const isWaiting = group === 'waiting';
    const [free = ''] =
      isWaiting && device.vendorId !== null && options.offered === undefined ? rows.freeExtensions(1) : [];
    const row = await rows.row(request, device, { offered: free, ...options, group });
    const view = isWaiting ? 'phone-row-waiting' : 'phone-row';
    return kit.renderFragment(reply, request, { view, model: row });
  }

  function findDevice(request: MacRequest): Device | undefined {
    const mac = parseMacAddress(request.params.mac);
    return mac === undefined ? undefined : office.findDevice(mac);
  }

  function unknownPhone(request: FastifyRequest, reply: FastifyReply): FastifyReply {
    const text = kit.t(request, 'phone.unknown');
    if (isFragmentRequest(request)) return kit.renderNotice(reply, request, { kind: 'error', text, status: 404 });
    const model = { text };
    return kit.renderPage(reply, request, {
      view: 'message',
      title: 'phone.unknown-title',
      nav: 'phones',
      model,
      status: 404,
    });
  }
}

/** Null: the order came from a dialog or from the phone's page, where no row is to be replaced. */
function readGroup(request: FastifyRequest): 'waiting' | 'phones' | null {
  const query = request.query as Readonly<Record<string, unknown>>;
  const group = query.group ?? readForm(request).get('group');
  return group === 'waiting' || group === 'phones' ? group : null;
}

function readBack(request: FastifyRequest): string {
  const back = readForm(request).get('back');
  return /^\/phones\/[0-9a-f]{12}$/.test(back) ? back : '/';
}
