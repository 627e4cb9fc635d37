import { formatMacAddress } from '../core/mac-address.ts';
import type { OtherServer, OtherServersState } from '../flows/other-servers/server-facts.ts';
import type { Texts } from './message-set.ts';
import { sayNote } from './say-note.ts';

/** How often the page offers to ask; what else the API set stands beside them. */
const MINUTES = [0, 5, 10, 30, 60, 240];

/** What stands above the lists: nothing, where `alarms` is empty. */
export function buildServerAlarm({ servers }: Pick<OtherServersState, 'servers'>, texts: Texts) {
  return { alarms: servers.filter(({ isKnown }) => !isKnown).map((server) => describeServer(server, texts)) };
}

/** The card of the System page. */
export function buildOtherServers(state: OtherServersState, checkMinutes: number, texts: Texts) {
  const { checkedAt, isChecking, problem, servers } = state;
  const choices = [...new Set([...MINUTES, checkMinutes])].sort((a, b) => a - b);
  return {
    checkedAt,
    isChecking,
    isNever: checkMinutes === 0,
    problem: problem === null ? '' : sayNote(texts, problem),
    servers: servers.map((server) => ({
      id: server.id,
      isKnown: server.isKnown,
      text: describeServer(server, texts),
      says: server.says ?? '',
      firstSeenAt: server.firstSeenAt,
      lastSeenAt: server.lastSeenAt,
    })),
    choices: choices.map((minutes) => ({
      minutes,
      isChosen: minutes === checkMinutes,
      text: minutes === 0 ? texts.t('server.never') : texts.t('server.every', { count: minutes }),
    })),
  };
}

/** One sentence: who, and what it does to phones. */
function describeServer({ address, mac, make, isOwnHost, status, url }: OtherServer, { t }: Texts): string {
  const facts = [mac === null ? '' : formatMacAddress(mac), make ?? '', isOwnHost ? t('server.own-host') : ''];
  const known = facts.filter((fact) => fact !== '').join(', ');
  const who = known === '' ? address : `${address} (${known})`;
  if (url !== null) return t('server.offers', { who, url });
  if (status !== null && status >= 300) return t('server.refuses', { who, status: String(status) });
  return t('server.answers', { who });
}
