import { classifyAddress } from '../core/classify-address.ts';
import type { ExternalAddress } from '../flows/internet-facts.ts';
import { describeGatewayError } from '../upnp/describe-gateway-error.ts';
import type { GatewayFacts, GatewayKind } from '../upnp/gateway.ts';
import type { KeeperState } from '../upnp/keeper-state.ts';
import type { Texts } from './message-set.ts';

export type LinkState = 'good' | 'bad' | 'unknown';

/** The line between a place and the one before it. Times: milliseconds since 1970. */
export interface WayLink {
  readonly state: LinkState;
  /** Since when it is so; null: nobody knows. */
  readonly since: number | null;
  /** Why it is so; empty: there is nothing to add. */
  readonly text: string;
  /** What the network said, in its own words; may be empty. */
  readonly seen: string;
  /** The last sign of life, and what it was; null: there was none. */
  readonly last: { readonly text: string; readonly at: number } | null;
}

export interface WayStop {
  readonly id: 'phones' | 'appliance' | 'router' | 'internet';
  readonly icon: string;
  readonly title: string;
  readonly lines: readonly string[];
  /** Null: the way begins here. */
  readonly link: WayLink | null;
}

export interface WayFacts {
  readonly keeper: KeeperState;
  readonly address: ExternalAddress;
  /** Do we hear phones, and why not. */
  readonly isHeard: boolean;
  readonly hearingProblem: string;
  /** Phones that are approved, and when one was last heard. */
  readonly phones: number;
  readonly lastHeardAt: number | null;
}

const GATEWAY_KINDS: Readonly<Record<GatewayKind, string>> = { igd: 'UPnP', pcp: 'PCP', 'nat-pmp': 'NAT-PMP' };

/** Phones – Plugtone – router – Internet: four places, and how it stands between them. */
export function buildInternetWay(facts: WayFacts, texts: Texts): readonly WayStop[] {
  const { t } = texts;
  const { keeper, address, phones } = facts;
  const { gateway, search } = keeper;
  const own = gateway?.localAddress ?? search.from;
  return [
    { id: 'phones', icon: 'phone', title: t('internet.phones', { count: phones }), lines: [], link: null },
    {
      id: 'appliance',
      icon: 'mark',
      title: 'Plugtone',
      lines: own === null ? [] : [own],
      link: linkToPhones(facts, texts),
    },
    {
      id: 'router',
      icon: 'system',
      title: gateway === null ? t('internet.router') : nameGateway(gateway, texts),
      lines: gateway === null ? [] : describeGateway(gateway),
      link: linkToRouter(keeper, texts),
    },
    {
      id: 'internet',
      icon: 'internet',
      title: 'Internet',
      lines: [address.address ?? t('internet.address-unknown')],
      link: linkToInternet(keeper, address, texts),
    },
  ];
}

export function nameGateway({ name, model, manufacturer }: GatewayFacts, { t }: Pick<Texts, 't'>): string {
  return name || model || manufacturer || t('internet.router');
}

/** Maker and model where the name does not say them, address, protocol. */
function describeGateway({ name, model, manufacturer, address, kind, serviceType }: GatewayFacts): string[] {
  const what = [manufacturer, model].filter((word) => word !== null && word !== '' && word !== name).join(' ');
  const service = serviceType?.split(':').slice(-2).join(':') ?? '';
  return [what, address, GATEWAY_KINDS[kind], service].filter((line) => line !== '');
}

function linkTo(state: LinkState, more: Partial<WayLink> = {}): WayLink {
  return { state, since: null, text: '', seen: '', last: null, ...more };
}

function linkToPhones({ isHeard, hearingProblem, lastHeardAt }: WayFacts, { t }: Texts): WayLink {
  const last = lastHeardAt === null ? null : { text: t('internet.last-heard'), at: lastHeardAt };
  if (!isHeard) return linkTo('bad', { text: t('internet.deaf'), seen: hearingProblem, last });
  return last === null ? linkTo('unknown', { text: t('internet.none-heard') }) : linkTo('good', { last });
}

function linkToRouter({ gateway, gatewaySince, search, statusAt, statusError }: KeeperState, { t }: Texts): WayLink {
  if (gateway === null) {
    const last = search.at === null ? null : { text: t('internet.last-search'), at: search.at };
    return linkTo('unknown', { text: t(`internet.search-${search.state}`), last });
  }
  const last = statusAt === null ? null : { text: t('internet.last-answer'), at: statusAt };
  if (statusError === null) return linkTo('good', { since: gatewaySince, last });
  const { seen } = describeGatewayError(statusError, { gatewayKind: gateway.kind });
  return linkTo('bad', { text: t('internet.no-answer'), seen, last });
}

function linkToInternet(
  { gateway, status, statusAt, statusError }: KeeperState,
  { address, since }: ExternalAddress,
  { t }: Texts,
): WayLink {
  const last = statusAt === null ? null : { text: t('internet.last-asked'), at: statusAt };
  if (gateway === null) return linkTo('unknown', { text: t('internet.nobody-to-ask') });
  if (status === null || statusError !== null) return linkTo('unknown', { text: t('internet.not-told'), last });
  if (status.isConnected === false) return linkTo('bad', { text: t('internet.disconnected'), last });
  const told = status.externalAddress;
  const kind = told === null ? undefined : classifyAddress(told);
  if (told === null || kind === undefined) return linkTo('bad', { text: t('internet.no-address'), last });
  if (kind !== 'public') return linkTo('bad', { text: t('internet.not-public', { address: told }), last });
  return linkTo('good', { since: told === address ? since : null, last });
}
