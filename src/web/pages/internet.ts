import type { FastifyReply, FastifyRequest } from 'fastify';
import type { PortMapping } from '../../core/internet.ts';
import { buildPresetRow, PORT_PRESETS, type PresetPlaces } from '../../core/port-presets.ts';
import type { Site } from '../../core/site.ts';
import { changeSite } from '../../flows/change-site.ts';
import type { MappingTest } from '../../flows/internet-facts.ts';
import { renewPorts, searchRouter, testPorts } from '../../flows/order-internet.ts';
import type { ApiApp } from '../../http/api-app.ts';
import { actorOf } from '../../http/bearer-guard.ts';
import { buildExternalAddress, buildWebhookTrouble } from '../build-external-address.ts';
import { buildBystanders, buildInternetHints, describeForward } from '../build-internet-hints.ts';
import { buildInternetSign } from '../build-internet-sign.ts';
import { buildInternetWay, nameGateway } from '../build-internet-way.ts';
import { buildMappingTests } from '../build-mapping-tests.ts';
import { buildOpenPorts } from '../build-open-ports.ts';
import { internetTabs } from '../internet-tabs.ts';
import { listPortPresets } from '../list-port-presets.ts';
import type { PageDoors } from '../page-doors.ts';
import { isFragmentRequest, type Notice, type PageKit } from '../page-kit.ts';
import { readForm } from '../read-form.ts';
import { mustReadSiteChange } from '../site-edit.ts';
import type { ResyncOffers } from './site-resync.ts';

const READ = { schema: { hide: true }, config: { role: 'viewer' } } as const;
const ORDER = { schema: { hide: true }, config: { role: 'technician' } } as const;
const ADMIN = { schema: { hide: true }, config: { role: 'admin' } } as const;

/** Addresses that are shown: a line with a forced reconnect each night has one a day. */
const MOST_PERIODS = 20;

/** How the office is reached from outside: the way there, what is open, the external address. */
export function addInternetPage(app: ApiApp, kit: PageKit, doors: PageDoors, offers: ResyncOffers): void {
  const { office, internet, record, clock } = doors;

  app.get('/internet', READ, async (request, reply) => show(request, reply, null));

  /** What changes by itself, as it is now. */
  app.get('/internet/live', READ, async (request, reply) =>
    kit.renderFragment(reply, request, { view: 'internet-live', model: await buildLive(request) }),
  );

  /** Phones that should hear of a new external address. All their files are made for it: asked more seldom. */
  app.get('/internet/affected', READ, async (request, reply) => {
    const model = { affected: (await doors.findAffectedPhones()).length };
    return kit.renderFragment(reply, request, { view: 'internet-affected', model });
  });

  app.post('/internet/affected', ORDER, async (request, reply) => {
    offers.offer(await doors.findAffectedPhones());
    return kit.redirect(reply, request, '/site/resync');
  });

  app.get('/internet/sign', READ, async (request, reply) => {
    const model = buildInternetSign(internet.readAddress(), kit.texts(request));
    return kit.renderFragment(reply, request, { view: 'internet-sign', model });
  });

  app.post('/internet/search', ORDER, async (request, reply) => {
    await searchRouter(doors, actorOf(request));
    const texts = kit.texts(request);
    const { gateway } = internet.readKeeper();
    if (gateway === null) return say(request, reply, { kind: 'warning', text: texts.t('internet.searched-none') });
    const found = { router: nameGateway(gateway, texts), address: gateway.address };
    return say(request, reply, { kind: 'done', text: texts.t('internet.searched-found', found) });
  });

  app.post('/internet/renew', ORDER, async (request, reply) => {
    await renewPorts(doors, actorOf(request));
    const texts = kit.texts(request);
    const { open, wanted } = buildOpenPorts(internet.readKeeper(), texts);
    if (wanted === 0) return say(request, reply, { kind: 'warning', text: texts.t('internet.renewed-none') });
    const text = texts.t('internet.renewed', { open, count: wanted });
    return say(request, reply, { kind: open === wanted ? 'done' : 'warning', text });
  });

  app.post('/internet/test', ORDER, async (request, reply) => {
    const tests = await testPorts(doors, actorOf(request));
    if (!isFragmentRequest(request)) return show(request, reply, tests);
    return kit.renderFragment(reply, request, { view: 'internet-test', model: modelOfTests(request, tests) });
  });

  /** Opening ports at all: a person's decision. With an empty list the chosen presets come along. */
  app.post('/internet/switch', ADMIN, async (request, reply) => {
    const form = readForm(request);
    const site = office.site();
    const isOn = form.get('on') === 'yes';
    const chosen = PORT_PRESETS.filter((preset) => form.all('preset').includes(preset)).flatMap(
      (preset) => buildPresetRow(preset, presetPlaces()) ?? [],
    );
    const isEmpty = site.internet.portMappings.length === 0;
    if (isOn && isEmpty && chosen.length === 0) {
      return say(request, reply, { kind: 'error', text: kit.t(request, 'internet.choose-one') });
    }
    const added = isOn && isEmpty ? chosen : [];
    await changeSite(office, switchTo(site, isOn, added), actorOf(request), clock());
    const text = kit.t(request, isOn ? 'internet.switched-on' : 'internet.switched-off');
    return kit.redirect(reply, request, '/internet', { kind: 'done', text });
  });

  function say(request: FastifyRequest, reply: FastifyReply, notice: Notice): FastifyReply {
    return kit.tell(reply, request, '/internet', notice);
  }

  async function show(
    request: FastifyRequest,
    reply: FastifyReply,
    tests: readonly MappingTest[] | null,
  ): Promise<FastifyReply> {
    const tested = tests && modelOfTests(request, tests);
    const affected = (await doors.findAffectedPhones()).length;
    const model = { tabs: internetTabs('status'), tested, affected, ...(await buildLive(request)) };
    return kit.renderPage(reply, request, { view: 'internet', title: 'nav.internet', nav: 'internet', model });
  }

  function modelOfTests(request: FastifyRequest, tests: readonly MappingTest[]) {
    return { rows: buildMappingTests(tests, kit.texts(request)) };
  }

  async function buildLive(request: FastifyRequest) {
    const texts = kit.texts(request);
    const now = clock();
    const keeper = internet.readKeeper();
    const address = internet.readAddress();
    const [{ listener, interfaces }, periods] = await Promise.all([
      record.readSystem(),
      internet.listAddresses(MOST_PERIODS),
    ]);
    const own = keeper.gateway?.localAddress ?? keeper.search.from ?? interfaces[0]?.address ?? null;
    const { mapPorts, portMappings } = office.site().internet;
    const bystanders = buildBystanders(keeper, texts);
    const way = {
      keeper,
      address,
      isHeard: listener?.bound === true && listener.joined.length > 0,
      hearingProblem: listener?.problem ?? '',
      ...countPhones(),
    };
    return {
      stops: buildInternetWay(way, texts),
      hints: buildInternetHints(keeper, portMappings, own, texts, now),
      bystanders,
      hasBystanders: bystanders.others.length + bystanders.refused.length > 0,
      isOn: mapPorts,
      rows: portMappings.map((row) => describeForward(row, own, texts)),
      presets: listPortPresets(texts, presetPlaces()),
      ports: buildOpenPorts(keeper, texts),
      external: buildExternalAddress(address, periods, texts, now),
      webhook: buildWebhookTrouble(internet.readWebhook()),
    };
  }

  function presetPlaces(): PresetPlaces {
    return { sipServer: office.site().settings.sipServer, phoneTlsPort: doors.tls.read()?.phonePort ?? null };
  }

  function countPhones() {
    let phones = 0;
    let lastHeardAt: number | null = null;
    for (const { state, lastSeenAt } of office.devices()) {
      if (state === 'approved') phones += 1;
      if (lastSeenAt !== null) lastHeardAt = Math.max(lastHeardAt ?? 0, lastSeenAt);
    }
    return { phones, lastHeardAt };
  }
}

/** Judged by what judges the API. A preset is sound, and so is what was kept. */
function switchTo(site: Site, mapPorts: boolean, added: readonly PortMapping[]) {
  const portMappings = added.length > 0 ? { portMappings: added.map((row) => ({ ...row })) } : {};
  return mustReadSiteChange({ internet: { mapPorts, ...portMappings } }, site);
}
