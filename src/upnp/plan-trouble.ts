import { describeGatewayError } from './describe-gateway-error.ts';
import type { GatewayError } from './gateway.ts';
import type { KeeperPlan, MadeMapping, PlannedMapping } from './keeper-plan.ts';
import type { MappingState } from './keeper-state.ts';
import { isSilence, planAfterAnswer, planAfterSilence, raiseAlarm } from './plan-contact.ts';
import { describeWanted, END_OF_ROUND, isSameKey, NOT_OPEN, withMapping, withNote } from './plan-parts.ts';
import { reactToError } from './react-to-error.ts';
import { CONFLICT_RETRY_MS, type Holder } from './reaction.ts';

/** Ms after which a conflict is no passing one, and looked at as often as everything else. */
const OLD_CONFLICT_MS = 600_000;
const OLD_CONFLICT_RETRY_MS = 300_000;

/** A call about a mapping ended with an error. `holder` sharpens a 718, once it is known. */
export function planAfterError(
  plan: KeeperPlan,
  m: PlannedMapping,
  asked: 'find' | 'add',
  error: GatewayError,
  holder: Holder,
  now: number,
): KeeperPlan {
  if (isSilence(error)) {
    // Whether it was done is not known: the next thing is to look.
    const state = m.state === 'wanted' ? 'failing' : m.state;
    const since = state === m.state ? m.since : now;
    return planAfterSilence(withMapping(plan, m.wanted, { ...END_OF_ROUND, state, since, error }), error, now);
  }
  const answered = planAfterAnswer(plan, now);
  const reaction = reactToError(error, {
    gatewayKind: plan.gateway?.kind ?? 'igd',
    asked,
    failures: m.failures,
    leaseSeconds: m.request?.leaseSeconds ?? 0,
    holder,
    isForAnother: m.wanted.internalClient !== plan.gateway?.localAddress,
  });
  switch (reaction.do) {
    case 'retry':
      return planTrouble(answered, m, 'failing', error, now + reaction.afterMs, now);
    case 'rediscover':
      return raiseAlarm(planTrouble(answered, m, 'failing', error, now + reaction.afterMs, now), now);
    case 'slow-retry':
      return planTrouble(answered, m, 'refused', error, now + reaction.afterMs, now);
    case 'give-up':
      return planTrouble(answered, m, 'refused', error, null, now);
    case 'conflict':
      return planConflict(answered, m, null, error, now);
    case 'ask-permanent': {
      const asking = withMapping(answered, m.wanted, { step: 'add', asksPermanent: true, request: null });
      return error.kind === 'upnp' && error.code === 725 ? rememberPermanent(asking) : asking;
    }
    case 'look':
      // Where it does not tell of one mapping, its whole table is read, if it may be our own old self that stands there.
      if (!answered.contact.canFind && !mayBeOldSelf(answered, m, now))
        return planConflict(answered, m, null, error, now);
      return withMapping(answered, m.wanted, { step: 'look', dueAt: now, isDisputed: true, error });
    case 'cannot-ask':
      return { ...answered, contact: { ...answered.contact, canFind: false } };
    case 'no-entry':
    case 'delete-and-add':
      // Both are answers of a look, which does them itself.
      return answered;
    default:
      return reaction satisfies never;
  }
}

function mayBeOldSelf({ made, gateway }: KeeperPlan, { wanted, isCleared }: PlannedMapping, now: number): boolean {
  const isLive = (m: MadeMapping) => m.expiresAt === null || m.expiresAt > now;
  return !isCleared && made.some((m) => m.gatewayId === gateway?.id && isLive(m) && isSameKey(m.request, wanted));
}

/** An open port stays open until its lease ends: then it counts as closed, with the error that it had. */
export function planTrouble(
  plan: KeeperPlan,
  m: PlannedMapping,
  trouble: 'failing' | 'refused',
  error: GatewayError,
  dueAt: number | null,
  now: number,
): KeeperPlan {
  const isOpen = m.state === 'mapped' && (m.expiresAt === null || m.expiresAt > now);
  const state: MappingState = isOpen ? 'mapped' : trouble;
  const told = `${trouble} ${error.kind} ${'code' in error ? error.code : ''}`;
  const closed = isOpen ? {} : NOT_OPEN;
  const since = state === m.state ? m.since : now;
  const patch = {
    ...END_OF_ROUND,
    ...closed,
    state,
    since,
    error,
    dueAt,
    heldBy: null,
    failures: m.failures + 1,
    told,
  };
  const after = withMapping(plan, m.wanted, patch);
  if (m.told === told) return after;
  const around = {
    gatewayKind: plan.gateway?.kind ?? 'igd',
    wanted: m.wanted,
    localAddress: plan.gateway?.localAddress,
  };
  const { advice, message } = describeGatewayError(error, { ...around, localAddress: around.localAddress ?? null });
  const facts = { event: 'upnp.mapping-failed', ...describeWanted(m.wanted), state, advice };
  return withNote(after, { level: 'warn', facts, message });
}

/** Another host has the port, and keeps it. `heldBy` null: the router does not tell who. */
export function planConflict(
  plan: KeeperPlan,
  m: PlannedMapping,
  heldBy: string | null,
  error: GatewayError | null,
  now: number,
): KeeperPlan {
  const since = m.state === 'conflict' ? m.since : now;
  const pause = now - since < OLD_CONFLICT_MS ? CONFLICT_RETRY_MS : OLD_CONFLICT_RETRY_MS;
  const told = `conflict ${heldBy}`;
  const state = { state: 'conflict', since, heldBy, error, dueAt: now + pause, failures: 0, told } as const;
  const after = withMapping(plan, m.wanted, { ...END_OF_ROUND, ...NOT_OPEN, ...state });
  if (m.told === told) return after;
  const facts = { event: 'upnp.mapping-conflict', ...describeWanted(m.wanted), heldBy };
  const message = `${m.wanted.protocol} ${m.wanted.externalPort} belongs to ${heldBy ?? 'another host'}, and is left to it`;
  return withNote(after, { level: 'warn', facts, message });
}

export function rememberPermanent(plan: KeeperPlan): KeeperPlan {
  const { gateway, permanentOnly } = plan;
  if (gateway === null || permanentOnly.includes(gateway.id)) return plan;
  const facts = { event: 'upnp.permanent-only', id: gateway.id, address: gateway.address };
  const message = 'the router knows no leases: its entries stay until they are deleted';
  // Of so many routers as one office will never see.
  const remembered = [...permanentOnly, gateway.id].slice(-16);
  return withNote({ ...plan, permanentOnly: remembered }, { level: 'info', facts, message });
}
