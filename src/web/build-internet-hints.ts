import { classifyAddress } from '../core/classify-address.ts';
import type { PortMapping } from '../core/internet.ts';
import { describeGatewayError } from '../upnp/describe-gateway-error.ts';
import type { KeeperState } from '../upnp/keeper-state.ts';
import { nameGateway } from './build-internet-way.ts';
import { formatPortRange } from './build-open-ports.ts';
import type { Texts } from './message-set.ts';

/** What stands in the way, and what a person can do about it. */
export interface InternetHint {
  readonly kind: 'bad' | 'wait' | 'plain';
  readonly title: string;
  readonly text: string;
  /** What the network said, in its own words; may be empty. */
  readonly seen: string;
  readonly steps: readonly string[];
}

/** A router that lost its state is worth a word for this long; later it is history. */
const REBOOT_TOLD_MS = 24 * 3_600_000;

/** Others and refused answers that are shown: a network can hold any number of devices that answer a search. */
const MOST_SHOWN = 8;

export function buildInternetHints(
  keeper: KeeperState,
  rows: readonly PortMapping[],
  own: string | null,
  texts: Texts,
  now: number,
): readonly InternetHint[] {
  const { t } = texts;
  const { search, gateway, status, statusError, rebootedAt, onlyPermanent } = keeper;
  const hints: InternetHint[] = [];
  const add = (kind: InternetHint['kind'], title: string, text: string, more: Partial<InternetHint> = {}) =>
    hints.push({ kind, title, text, seen: '', steps: [], ...more });

  if (gateway === null) {
    if (search.state === 'none' && search.from === null) add('wait', t('internet.no-lan'), t('advice.check-network'));
    else if (search.state === 'none') {
      const byHand = rows.map((row) => t('internet.by-hand', { entry: describeForward(row, own, texts) }));
      const last = byHand.length === 0 ? [t('internet.by-hand-none')] : byHand;
      const steps = [t('internet.switch-on-upnp'), t('internet.no-upnp-models'), ...last];
      add('plain', t('internet.no-router'), t('internet.no-router-text'), { steps });
    }
  } else if (statusError !== null) {
    const { seen, advice } = describeGatewayError(statusError, { gatewayKind: gateway.kind });
    add('bad', t('internet.no-answer'), t(`advice.${advice}`), { seen });
  } else if (status !== null) {
    const kind = status.externalAddress === null ? undefined : classifyAddress(status.externalAddress);
    if (status.isConnected === false) {
      const text = t('advice.connect-router');
      add('bad', t('internet.disconnected'), text, { seen: status.connection ?? '' });
    } else if (kind === undefined)
      add('bad', t('internet.no-address'), t('internet.no-address-text'), { seen: status.seen });
    else if (kind !== 'public') {
      const title = t('internet.not-public', { address: status.externalAddress ?? '' });
      add(
        'bad',
        title,
        t(kind === 'private' ? 'internet.double-nat' : kind === 'cgnat' ? 'internet.cgnat' : 'internet.special', {
          kind: t(`address-kind.${kind}`),
        }),
      );
    }
  }
  if (onlyPermanent) add('plain', t('internet.only-permanent'), t('advice.accept-permanent'));
  if (rebootedAt !== null && now - rebootedAt < REBOOT_TOLD_MS) {
    add('plain', t('internet.rebooted'), t('internet.rebooted-text'));
  }
  return hints;
}

/** Other routers that answered, and answers that were not believed. */
export function buildBystanders({ others, refused }: KeeperState, texts: Texts) {
  return {
    others: others
      .slice(0, MOST_SHOWN)
      .map((gateway) => ({ name: nameGateway(gateway, texts), address: gateway.address })),
    refused: refused.slice(0, MOST_SHOWN),
    hidden: Math.max(0, others.length - MOST_SHOWN) + Math.max(0, refused.length - MOST_SHOWN),
  };
}

/** An entry as a person types it into a router. */
export function describeForward(row: PortMapping, own: string | null, { t }: Texts): string {
  return t('internet.forward', {
    protocol: row.protocol,
    ports: formatPortRange(row.externalPort, row.count),
    host: row.internalClient ?? own ?? t('internet.this-appliance'),
    internal: formatPortRange(row.internalPort, row.count),
  });
}
