import { answerChallenge, type ChallengedRequest } from '../core/answer-challenge.ts';
import { allHeaders, type SipHeader, type SipResponse } from './message.ts';

/** RFC 3261 22.2 and 22.3. */
const HEADERS = [
  { status: 401, challenge: 'www-authenticate', answer: 'Authorization' },
  { status: 407, challenge: 'proxy-authenticate', answer: 'Proxy-Authorization' },
] as const;

/** The header that answers the first challenge of the response that can be answered; undefined: it has none. */
export function answerChallengeOf(response: SipResponse, request: ChallengedRequest): SipHeader | undefined {
  const headers = HEADERS.find(({ status }) => status === response.status);
  if (headers === undefined) return undefined;
  for (const challenge of allHeaders(response, headers.challenge)) {
    const answer = answerChallenge(challenge, request);
    if (answer.ok) return { name: headers.answer, value: answer.value };
  }
  return undefined;
}
