import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Device } from '../../core/device.ts';
import { formatMacAddress, type MacAddress, parseMacAddress } from '../../core/mac-address.ts';
import { approveDevice } from '../../flows/approve-device.ts';
import { blockDevice, forgetDevice } from '../../flows/decide-device.ts';
import { UNDO_MS } from '../../flows/held-approvals.ts';
import { orderResync } from '../../flows/order-resync.ts';
import type { ApiApp } from '../../http/api-app.ts';
import { actorOf } from '../../http/bearer-guard.ts';
import { deviceSortKey } from '../../http/find-devices.ts';
import { vendorById } from '../../vendors/all.ts';
import { type BulkItem, createBulkJobs } from '../bulk-jobs.ts';
import { describeProblem } from '../describe-problem.ts';
import { formatRanges } from '../format-ranges.ts';
import type { PageDoors } from '../page-doors.ts';
import { isFragmentRequest, type PageKit } from '../page-kit.ts';
import type { PhoneRows } from '../phone-rows.ts';
import { planBulkApproval } from '../plan-bulk-approval.ts';
import { type Form, readForm } from '../read-form.ts';
import { MOST_NUMBERS, readNumberList } from '../read-number-list.ts';

const DECIDE = { schema: { hide: true }, config: { role: 'technician' } } as const;
const ORDERS = ['approve', 'resync', 'block', 'forget'] as const;
type Order = (typeof ORDERS)[number];

/** Orders to many phones: a dialog that says first what will happen, then a bar that counts. */
export function addPhoneBulk(app: ApiApp, kit: PageKit, doors: PageDoors, rows: PhoneRows): void {
  const { office, held, clock, log } = doors;
  const jobs = createBulkJobs(log);
  app.addHook('preClose', async () => jobs.stop());

  app.get<{ Querystring: Record<string, unknown> }>('/phones/bulk', DECIDE, async (request, reply) => {
    const order = ORDERS.find((known) => known === request.query.do) ?? 'approve';
    const devices = chosenDevices([request.query.mac ?? []].flat().map(String), false);
    return show(request, reply, order, devices, { text: undefined, all: false });
  });

  /** The same dialog while one types: which phone would get which number. */
  app.post('/phones/bulk/plan', DECIDE, async (request, reply) => {
    const form = readForm(request);
    const all = form.has('all');
    const devices = chosenDevices(form.all('mac'), all);
    return kit.renderFragment(reply, request, {
      view: 'bulk-plan',
      model: planModel(request, devices, textOf(form, devices)),
    });
  });

  app.post('/phones/bulk', DECIDE, async (request, reply) => {
    const form = readForm(request);
    const order = ORDERS.find((known) => known === form.get('do'));
    const devices = chosenDevices(form.all('mac'), form.has('all'));
    if (order === undefined || devices.length === 0) {
      return kit.renderNotice(reply, request, { kind: 'error', text: kit.t(request, 'bulk.none') });
    }
    const items =
      order === 'approve' ? approvals(request, devices, textOf(form, devices)) : orders(request, order, devices);
    if (items.length === 0)
      return kit.renderNotice(reply, request, { kind: 'error', text: kit.t(request, 'bulk.no-number') });
    // A phone that is asked to fetch its files is none the worse for it: there is nothing to take back.
    const holdMs = order === 'resync' ? 0 : UNDO_MS;
    const job = jobs.start(order, items, { holdMs, unforeseen: kit.t(request, 'bulk.unforeseen') });
    if (!isFragmentRequest(request)) return reply.redirect(`/phones/bulk/${job.id}`, 303);
    return showJob(request, reply, job.id);
  });

  app.get<{ Params: { id: string } }>('/phones/bulk/:id', DECIDE, async (request, reply) =>
    showJob(request, reply, request.params.id),
  );

  app.post<{ Params: { id: string } }>('/phones/bulk/:id/undo', DECIDE, async (request, reply) => {
    const { id } = request.params;
    if (!jobs.undo(id)) return showJob(request, reply, id);
    return kit.redirect(reply, request, '/', { kind: 'done', text: kit.t(request, 'bulk.undone') });
  });

  function showJob(request: FastifyRequest, reply: FastifyReply, id: string): FastifyReply {
    const job = jobs.find(id);
    if (job === undefined) return kit.redirect(reply, request, '/');
    const model = {
      ...job,
      isUnderWay: !job.isHeld && !job.isOver,
      succeeded: job.done - job.failures.length,
      title: kit.t(request, `bulk.${job.what}-title`, { count: job.total }),
    };
    if (isFragmentRequest(request)) return kit.renderFragment(reply, request, { view: 'bulk-progress', model });
    return kit.renderPage(reply, request, {
      view: 'bulk-progress',
      title: { text: model.title },
      nav: 'phones',
      model,
    });
  }

  function show(
    request: FastifyRequest,
    reply: FastifyReply,
    order: Order,
    devices: readonly Device[],
    { text, all }: { readonly text: string | undefined; readonly all: boolean },
  ): FastifyReply {
    const everyone = order === 'approve' ? chosenDevices([], true).length : 0;
    const chosen = order === 'approve' ? devices.filter(isApprovable) : devices;
    const plan = planModel(request, chosen, text ?? offerFor(chosen));
    const model = {
      order,
      isApproval: order === 'approve',
      title: kit.t(request, `bulk.${order}-title`, { count: chosen.length }),
      explain: kit.t(request, `bulk.${order}-explain`),
      submit: kit.t(request, `bulk.${order}-submit`, { count: chosen.length }),
      macs: chosen.map(({ mac }) => mac),
      everyone: everyone > chosen.length ? everyone : 0,
      all,
      numbers: text ?? offerFor(chosen),
      skipped: devices.length - chosen.length,
      plan,
    };
    if (isFragmentRequest(request)) return kit.renderFragment(reply, request, { view: 'bulk', model });
    return kit.renderPage(reply, request, { view: 'bulk', title: { text: model.title }, nav: 'phones', model });
  }

  function planModel(request: FastifyRequest, devices: readonly Device[], text: string) {
    const list = readNumberList(text);
    const planned = planBulkApproval(devices, list, (number) => office.holdersOf(number)[0]?.mac);
    const ready = planned.filter(({ extension, takenBy }) => extension !== '' && takenBy === null);
    return {
      rows: planned.map(({ mac, extension, takenBy }) => ({
        mac,
        what: describeDevice(office.findDevice(mac)),
        extension,
        name: office.findExtension(extension)?.displayName ?? '',
        isNew: extension !== '' && office.findExtension(extension) === undefined,
        takenBy,
        isMissing: extension === '',
      })),
      ready: ready.length,
      total: planned.length,
      faults: list.faults,
      summary: kit.t(request, 'bulk.plan-summary', { count: ready.length, total: planned.length }),
    };
  }

  function approvals(request: FastifyRequest, devices: readonly Device[], text: string): BulkItem[] {
    const actor = actorOf(request);
    const texts = kit.texts(request);
    return planBulkApproval(devices, readNumberList(text), () => undefined)
      .filter(({ extension }) => extension !== '')
      .map(({ mac, extension }) => ({
        label: `${formatMacAddress(mac)} → ${extension}`,
        async run() {
          held.undo(mac);
          const result = await approveDevice(office, { mac, extensions: [extension], actor }, clock());
          return result.ok ? undefined : describeProblem(texts, result.problem);
        },
      }));
  }

  function orders(request: FastifyRequest, order: Exclude<Order, 'approve'>, devices: readonly Device[]): BulkItem[] {
    const actor = actorOf(request);
    const texts = kit.texts(request);
    return devices.map(({ mac }) => ({
      label: formatMacAddress(mac),
      async run() {
        held.undo(mac);
        const result = await carryOut(order, mac, actor);
        return result.ok ? undefined : describeProblem(texts, result.problem);
      },
    }));
  }

  async function carryOut(order: Exclude<Order, 'approve'>, mac: MacAddress, actor: string) {
    switch (order) {
      case 'block':
        return blockDevice(office, mac, actor, clock());
      case 'forget':
        return forgetDevice(office, mac, actor, clock());
      case 'resync':
        return orderResync(doors, mac, 'resync', actor);
      default:
        return order satisfies never;
    }
  }

  /** In the order of the list; `all`: every waiting phone that can be approved, the one that came first on top. */
  function chosenDevices(macs: readonly string[], all: boolean): Device[] {
    if (all) {
      return [...office.devices()]
        .filter(isApprovable)
        .sort((a, b) => a.firstSeenAt - b.firstSeenAt || (deviceSortKey(a) < deviceSortKey(b) ? -1 : 1))
        .slice(0, MOST_NUMBERS);
    }
    return macs.slice(0, MOST_NUMBERS).flatMap((text) => {
      const mac = parseMacAddress(text);
      const device = mac === undefined ? undefined : office.findDevice(mac);
      return device === undefined ? [] : [device];
    });
  }

  function offerFor(devices: readonly Device[]): string {
    return formatRanges(rows.freeExtensions(devices.length));
  }

  /** What was typed for some phones is no list for all of them: an empty field means the next free ones. */
  function textOf(form: Form, devices: readonly Device[]): string {
    return form.get('numbers') || offerFor(devices);
  }
}

function isApprovable({ state, vendorId }: Device): boolean {
  return state === 'pending' && vendorId !== null;
}

function describeDevice(device: Device | undefined): string {
  const vendor = device?.vendorId == null ? undefined : vendorById(device.vendorId);
  return [vendor?.name ?? '', device?.model ?? ''].join(' ').trim();
}
