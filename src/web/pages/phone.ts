import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Device } from '../../core/device.ts';
import { formatMacAddress, parseMacAddress } from '../../core/mac-address.ts';
import { canonicalTimeZones, readTimeZone } from '../../core/time-zones.ts';
import { changeDeviceSettings } from '../../flows/decide-device.ts';
import { logsIn } from '../../flows/draw-phone-secrets.ts';
import type { ApiApp } from '../../http/api-app.ts';
import { actorOf } from '../../http/bearer-guard.ts';
import { sameSettings } from '../../http/read-site-change.ts';
import { vendorById } from '../../vendors/all.ts';
import { buildClock } from '../build-clock.ts';
import { buildFileLines, linesOfText } from '../build-file-lines.ts';
import { buildJourney } from '../build-journey.ts';
import { buildPhoneQuarantine } from '../build-quarantine.ts';
import { describeProblem } from '../describe-problem.ts';
import type { PageDoors } from '../page-doors.ts';
import { isFragmentRequest, type PageKit } from '../page-kit.ts';
import { viewPhoneFile } from '../phone-file.ts';
import type { PhoneRows } from '../phone-rows.ts';
import { type Form, readForm } from '../read-form.ts';
import { readSettingsForm, type SettingFaults } from '../read-settings-form.ts';
import { sayNote } from '../say-note.ts';
import { SETTING_GROUPS, spellSetting } from '../setting-fields.ts';

type MacRequest = FastifyRequest<{ Params: { mac: string } }>;

const READ = { schema: { hide: true }, config: { role: 'viewer' } } as const;
const DECIDE = { schema: { hide: true }, config: { role: 'technician' } } as const;
const ADMIN = { schema: { hide: true }, config: { role: 'admin' } } as const;

/** Events that the page shows: some ten boots. The rest is in the API. */
const SHOWN_EVENTS = 120;

/** One phone: what happened, what it has, what it would get. */
export function addPhonePage(app: ApiApp, kit: PageKit, doors: PageDoors, rows: PhoneRows): void {
  const { office, quarantine, listJourney, resolveDeviceSettings, clock } = doors;

  app.get<{ Params: { mac: string } }>('/phones/:mac', READ, async (request, reply) => {
    const device = findDevice(request);
    if (device === undefined) return unknownPhone(request, reply);
    const model = { ...(await liveModel(request, device)), ...fixedModel(request, device) };
    const name =
      model.row.extension === '' ? (model.row.what ?? model.row.mac) : `${model.row.extension} ${model.row.name}`;
    return kit.renderPage(reply, request, { view: 'phone', title: { text: name.trim() }, nav: 'phones', model });
  });

  /** What changes while one looks: state, journey, file. */
  app.get<{ Params: { mac: string } }>('/phones/:mac/live', READ, async (request, reply) => {
    const device = findDevice(request);
    if (device === undefined) return unknownPhone(request, reply);
    return kit.renderFragment(reply, request, { view: 'phone-live', model: await liveModel(request, device) });
  });

  app.post<{ Params: { mac: string } }>('/phones/:mac/reveal', ADMIN, async (request, reply) => {
    const device = findDevice(request);
    if (device === undefined) return unknownPhone(request, reply);
    const revealed = await doors.revealConfig(device.mac, actorOf(request));
    const facts = doors.compareConfig(device.mac);
    if (!revealed.ok || !facts.ok) {
      const problem = revealed.ok ? facts : revealed;
      const text = problem.ok ? '' : sayNote(kit.texts(request), problem.problem.note);
      return kit.renderNotice(reply, request, { kind: 'error', text });
    }
    const model = { lines: buildFileLines(linesOfText(revealed.value), facts.value.format), mac: device.mac };
    if (isFragmentRequest(request)) return kit.renderFragment(reply, request, { view: 'phone-file-text', model });
    return kit.renderPage(reply, request, { view: 'phone-file-text', title: 'phone.file', nav: 'phones', model });
  });

  app.get<{ Params: { mac: string } }>('/phones/:mac/settings', DECIDE, async (request, reply) => {
    const device = findDevice(request);
    if (device === undefined) return unknownPhone(request, reply);
    return showForm(request, reply, device, undefined, {});
  });

  app.post<{ Params: { mac: string } }>('/phones/:mac/settings', DECIDE, async (request, reply) => {
    const device = findDevice(request);
    if (device === undefined) return unknownPhone(request, reply);
    const form = readForm(request);
    const texts = kit.texts(request);
    const patch = form.has('reset') ? ({ ok: true, value: {} } as const) : readSettingsForm(form, texts);
    if (!patch.ok) return showForm(request, reply, device, form, patch.problem);
    const path = `/phones/${device.mac}`;
    if (sameSettings(device.settings, patch.value)) {
      return kit.redirect(reply, request, path, { kind: 'done', text: texts.t('phone.settings-same') });
    }
    const changed = await changeDeviceSettings(office, device.mac, patch.value, actorOf(request), clock());
    const notice = changed.ok
      ? ({ kind: 'done', text: texts.t('phone.settings-changed') } as const)
      : ({ kind: 'error', text: describeProblem(texts, changed.problem) } as const);
    return kit.redirect(reply, request, path, notice);
  });

  /** One click on the card: its address is looked at again. */
  app.post<{ Params: { mac: string } }>('/phones/:mac/release', DECIDE, async (request, reply) => {
    const device = findDevice(request);
    if (device === undefined) return unknownPhone(request, reply);
    const entry = quarantine.findPhone(device);
    const released = entry === undefined ? [] : await quarantine.release([entry.address], actorOf(request));
    const text = kit.t(request, 'trust.released', { count: released.length });
    return kit.redirect(reply, request, `/phones/${device.mac}`, { kind: 'done', text });
  });

  async function liveModel(request: FastifyRequest, device: Device) {
    const texts = kit.texts(request);
    const { items, next } = await listJourney(device.mac, { limit: SHOWN_EVENTS });
    const vendor = device.vendorId === null ? undefined : vendorById(device.vendorId);
    const row = await rows.row(request, device, { group: 'phones' });
    return {
      row,
      quarantine: buildPhoneQuarantine(quarantine.findPhone(device), texts),
      lines: device.extensions.map((number, index) => ({
        line: index + 1,
        number,
        name: nameOf(number),
      })),
      login: device.login !== null && logsIn(device, office.site()) ? { at: device.login.provedAt } : null,
      firstSeenAt: device.firstSeenAt,
      console: vendor === undefined || device.address === null ? null : vendor.webConsole(device.address),
      canResync: device.state === 'approved' && device.dialog !== null && vendor?.checkSync != null,
      boots: buildJourney(items, texts),
      hasOlder: next !== null,
      file: viewPhoneFile(doors, device, items, texts),
    };
  }

  function fixedModel(request: FastifyRequest, device: Device) {
    const texts = kit.texts(request);
    const { values, from } = resolveDeviceSettings(device);
    const vendor = device.vendorId === null ? undefined : vendorById(device.vendorId);
    const rule = readTimeZone(values.timeZone, clock());
    const spelling = rule.ok ? vendor?.spellTimeZone(rule.value) : undefined;
    return {
      groups: SETTING_GROUPS.map(({ id, fields }) => ({
        title: texts.t(`settings.${id}`),
        rows: fields.map(({ name, input }) => ({
          label: texts.t(`setting.${name}`),
          value:
            input === 'switch'
              ? texts.t(values[name] === true ? 'settings.yes' : 'settings.no')
              : spellSetting(values[name]),
          layer: texts.t(`layer.${from[name]}`),
          isOwn: from[name] === 'device',
          isDefault: from[name] === 'default',
        })),
      })),
      clock: rule.ok && spelling !== undefined ? buildClock(rule.value, spelling, clock(), texts) : null,
    };
  }

  /** Empty where the name says no more than the number. */
  function nameOf(number: string): string {
    const name = office.findExtension(number)?.displayName ?? '';
    return name === number ? '' : name;
  }

  function showForm(
    request: FastifyRequest,
    reply: FastifyReply,
    device: Device,
    form: Form | undefined,
    faults: SettingFaults,
  ): FastifyReply {
    const texts = kit.texts(request);
    const below = resolveDeviceSettings({ ...device, settings: {} });
    const groups = SETTING_GROUPS.map(({ id, fields }) => ({
      title: texts.t(`settings.${id}`),
      fields: fields.map(({ name, input, choices }) => {
        const own = device.settings[name];
        const value = form?.get(name) ?? (own === undefined ? '' : spellSetting(own));
        return {
          name,
          label: texts.t(`setting.${name}`),
          input,
          value,
          inherited: spellSetting(below.values[name]) || texts.t('settings.none'),
          inheritedFrom: texts.t(`layer.${below.from[name]}`),
          choices: choices.map((text) => ({ text, isChosen: text === value })),
          // Empty means something for these: no server, no number.
          canBeEmpty: input === 'text' && name !== 'codecs' && name !== 'language' && name !== 'toneCountry',
          isOwnEmpty: form === undefined ? own === '' : form.has(`own.${name}`) && value === '',
          error: faults[name] ?? '',
        };
      }),
    }));
    const model = {
      mac: device.mac,
      shownMac: formatMacAddress(device.mac),
      groups,
      hasOwn: Object.keys(device.settings).length > 0,
      faultCount: Object.keys(faults).length,
      zones: canonicalTimeZones(),
    };
    const status = Object.keys(faults).length === 0 ? 200 : 422;
    return kit.renderPage(reply, request, {
      view: 'phone-settings',
      title: 'phone.edit-settings',
      nav: 'phones',
      model,
      status,
    });
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
