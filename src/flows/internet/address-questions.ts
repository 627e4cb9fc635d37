import { chooseResolvedAddress } from '../../core/choose-resolved-address.ts';
import { CONFIRM_AFTER_MS } from '../../core/follow-address.ts';
import { err, ok, type Result } from '../../core/result.ts';
import type { Site } from '../../core/site.ts';
import { describeNameProblem } from '../../lan/name-resolver.ts';
import { NAME_EVERY_MS, SIP_EVERY_MS } from './build-external-address.ts';
import { askSipServer, type SipAddressDoors, sipServerOf } from './sip-address.ts';

export type AskedSource = 'name' | 'sip';

export interface AddressQuestions {
  /** Asks what is due. */
  look(site: Site): void;
  /** The answer is new: it is asked for again soon, to confirm it. */
  confirm(source: AskedSource): void;
}

export interface QuestionDoors extends SipAddressDoors {
  readonly clock: () => number;
  readonly signal: AbortSignal;
  /** Of a name with several addresses, the one that is kept while it is among them. */
  readonly current: () => string | null;
  /** Undefined: it cannot know, so it says nothing. */
  readonly onAnswer: (source: AskedSource, answer: Result<string, string> | undefined) => void;
}

interface Plan {
  /** What is asked: another name or server is asked at once. */
  readonly key: string;
  /** A clock that was set back to before this makes it due. */
  readonly from: number;
  readonly at: number;
}

/** Asks for the office's name and asks its SIP server, each in its own time. */
export function createAddressQuestions(doors: QuestionDoors): AddressQuestions {
  const { clock, signal, current, onAnswer, resolve } = doors;
  const plans = new Map<AskedSource, Plan>();

  function look(site: Site): void {
    const { hostName } = site.internet;
    const server = sipServerOf(site);
    consider('name', hostName, NAME_EVERY_MS, () => askName(hostName ?? ''));
    consider('sip', server === undefined ? null : `${server.host}:${server.port}`, SIP_EVERY_MS, () =>
      server === undefined ? Promise.resolve(undefined) : askSipServer(server, doors),
    );
  }

  function consider(
    source: AskedSource,
    key: string | null,
    everyMs: number,
    question: () => Promise<Result<string, string> | undefined>,
  ): void {
    if (key === null) plans.delete(source);
    if (key === null || signal.aborted) return;
    const plan = plans.get(source);
    const now = clock();
    if (plan?.key === key && now >= plan.from && now < plan.at) return;
    // The next one comes after this one's answer: none takes as long as the period.
    plans.set(source, { key, from: now, at: now + everyMs });
    question().then(
      (answer) => {
        // Nobody wants to know any more.
        if (!signal.aborted && plans.get(source)?.key === key) onAnswer(source, answer);
      },
      (cause: unknown) => onAnswer(source, err(`It could not be asked: ${String(cause)}.`)),
    );
  }

  async function askName(name: string): Promise<Result<string, string>> {
    const found = await resolve(name);
    if (!found.ok) return err(describeNameProblem(found.problem));
    const address = chooseResolvedAddress(current(), found.value);
    return address === undefined ? err('The name has no IPv4 address.') : ok(address);
  }

  return {
    look,
    confirm(source) {
      const plan = plans.get(source);
      if (plan !== undefined) plans.set(source, { ...plan, from: clock(), at: clock() + CONFIRM_AFTER_MS });
    },
  };
}
