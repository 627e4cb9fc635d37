import type { FastifyReply, FastifyRequest } from 'fastify';
import { readSetting } from '../../core/read-setting.ts';
import { canonicalTimeZones } from '../../core/time-zones.ts';
import type { ApiApp } from '../../http/api-app.ts';
import { visitorOf } from '../../http/bearer-guard.ts';
import { readSiteChange } from '../../http/read-site-change.ts';
import { sessionCookie } from '../../http/session-cookie.ts';
import { vendors } from '../../vendors/all.ts';
import { chooseCountries, chooseLanguages, chooseSetupDefaults } from '../choose-setup-defaults.ts';
import { describeClock } from '../describe-clock.ts';
import { describePeopleProblem, fieldOfPeopleProblem } from '../describe-people-problem.ts';
import { describeProbe } from '../describe-probe.ts';
import { formatTimesFor } from '../format-times.ts';
import type { PageDoors } from '../page-doors.ts';
import type { PageKit } from '../page-kit.ts';
import { readForm } from '../read-form.ts';
import { readSetupForm, SETUP_FIELDS, type SetupField, type SetupForm } from '../read-setup-form.ts';

const HIDDEN = { schema: { hide: true } } as const;

type Values = SetupForm['values'];
type Errors = Partial<Readonly<Record<SetupField, string>>>;

/** The first start, on one page: administrator, SIP server, clock, language, time source, who approves. */
export function addSetupPage(app: ApiApp, kit: PageKit, { setUp, office, probeSip, clock }: PageDoors): void {
  app.get('/setup', HIDDEN, async (request, reply) => {
    if (!(await setUp.isNeeded())) return reply.redirect('/', 303);
    return show(request, reply, firstValues(request), {}, '');
  });

  app.post('/setup', HIDDEN, async (request, reply) => {
    if (!(await setUp.isNeeded())) return reply.redirect('/login', 303);
    const { values, errors, password, site } = readSetupForm(readForm(request));
    const texts = kit.texts(request);
    const told = Object.fromEntries(Object.entries(errors).map(([name, key]) => [name, texts.t(key)]));
    const ids = vendors.map(({ id }) => id);
    const edit = readSiteChange(site, office.site(), ids);
    if (Object.keys(told).length > 0 || !edit.ok)
      return show(request, reply, values, told, texts.t('setup.look-again'), 422);

    const done = await setUp.complete({
      ...visitorOf(request),
      code: values.code,
      name: values.user,
      password,
      edit: edit.value,
    });
    if (!done.ok) {
      const sentence = describePeopleProblem(texts, done.problem);
      const field = fieldOfPeopleProblem(done.problem);
      const problem = field === undefined ? sentence : texts.t('setup.look-again');
      return show(request, reply, values, field === undefined ? {} : { [field]: sentence }, problem, 422);
    }
    reply.header('set-cookie', sessionCookie(request, done.value.key));
    return kit.redirect(reply, request, '/', { kind: 'done', text: texts.t('setup.done') });
  });

  // The code proves that one may ask: this appliance is no tool to look around in the network with.
  app.post('/setup/probe', HIDDEN, async (request, reply) => {
    const form = readForm(request);
    const { t } = kit.texts(request);
    const say = (text: string, kind: 'good' | 'bad' | 'wait') =>
      kit.renderFragment(reply, request, { view: 'hint', model: { text, kind } });
    const checked = await setUp.checkCode(form.get('code'), visitorOf(request).address);
    if (!checked.ok) return say(describePeopleProblem(kit.texts(request), checked.problem), 'bad');
    const host = form.get('sipServer');
    const [server, port, transport] = [
      readSetting('sipServer', host),
      readSetting('sipPort', form.get('sipPort') || '0'),
      readSetting('sipTransport', form.get('sipTransport')),
    ];
    if (!server.ok || host === '') return say(t('setup.wrong-host'), 'bad');
    if (!port.ok) return say(t('setup.wrong-port'), 'bad');
    if (!transport.ok) return say(t('setup.wrong-choice'), 'bad');
    const wanted = {
      host,
      port: port.value.patch.sipPort ?? 0,
      transport: transport.value.patch.sipTransport ?? 'udp',
    };
    const probed = await probeSip(wanted);
    if (!probed.ok) return say(t('probe.too-many'), 'wait');
    return say(describeProbe({ t }, probed.value), probed.value.kind === 'answered' ? 'good' : 'bad');
  });

  app.get<{ Querystring: { timeZone?: string } }>('/setup/clock', HIDDEN, async (request, reply) => {
    const name = String(request.query.timeZone ?? '')
      .trim()
      .slice(0, 64);
    const model = { clock: clockModel(request, name) };
    return kit.renderFragment(reply, request, { view: 'setup-clock', model });
  });

  function show(
    request: FastifyRequest,
    reply: FastifyReply,
    values: Values,
    errors: Errors,
    problem: string,
    status = 200,
  ): FastifyReply {
    const { language } = kit.texts(request);
    const chosen = (list: readonly { readonly value: string; readonly label: string }[], value: string) =>
      list.map((choice) => ({ ...choice, isChosen: choice.value === value }));
    const model = {
      values,
      errors: Object.fromEntries(SETUP_FIELDS.map((name) => [name, errors[name] ?? ''])),
      problem,
      zones: canonicalTimeZones(),
      languages: chosen(chooseLanguages(language), values.language),
      countries: chosen(chooseCountries(language), values.toneCountry.toUpperCase()),
      transports: chosen(
        ['udp', 'tcp', 'tls'].map((value) => ({ value, label: value.toUpperCase() })),
        values.sipTransport,
      ),
      isByRange: values.approval === 'range',
      opensPorts: values.openPorts === 'yes',
      clock: clockModel(request, values.timeZone),
    };
    return kit.renderPage(reply, request, { view: 'setup', title: 'setup.title', nav: null, model, status });
  }

  function firstValues(request: FastifyRequest): Values {
    const systemZone = Intl.DateTimeFormat().resolvedOptions().timeZone;
    const { country, ...defaults } = chooseSetupDefaults(request.headers['accept-language'], systemZone);
    const empty = Object.fromEntries(SETUP_FIELDS.map((name) => [name, ''])) as Values;
    const usual = { sipTransport: 'udp', ntpServer: 'pool.ntp.org', approval: 'people' };
    return { ...empty, ...usual, ...defaults, toneCountry: country };
  }

  function clockModel(request: FastifyRequest, name: string) {
    const texts = kit.texts(request);
    if (name === '') return { text: '', isGood: true };
    const facts = describeClock(name, clock());
    switch (facts.kind) {
      case 'unknown': {
        const near = facts.near.join(', ');
        return { text: texts.t(near === '' ? 'clock.unknown' : 'clock.unknown-near', { near }), isGood: false };
      }
      case 'steady':
        return { text: texts.t('clock.steady', { now: facts.now }), isGood: true };
      case 'changes': {
        const day = formatTimesFor(texts.language, facts.zone).day(facts.at);
        const { now, before, after } = facts;
        return { text: texts.t('clock.changes', { now, day, before, after }), isGood: true };
      }
      default:
        return facts satisfies never;
    }
  }
}
