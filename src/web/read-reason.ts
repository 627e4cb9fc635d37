import type { Texts } from './message-set.ts';

/** Sentences that the flows write into journeys, by the message that says the same in each language. */
const REASONS: readonly (readonly [RegExp, string])[] = [
  [/^no answer to NOTIFY \((?<event>[^)]*)\)/, 'reason.no-answer'],
  [/^the phone refused the NOTIFY \((?<event>[^)]*)\): (?<answer>.*)$/, 'reason.notify-refused'],
  [/^the phone was told its URL and fetched no file/, 'reason.no-fetch'],
  [/^the phone takes no order to fetch its file/, 'reason.no-order'],
  [/^the phone fetched no file after its URL and after check-sync/, 'reason.no-fetch-at-all'],
  [/^no served interface routes to (?<address>[^:]*)/, 'reason.no-route'],
  [/^the NOTIFY could not be sent: (?<cause>.*)$/, 'reason.not-sent'],
  [/^the phone is not approved$/, 'reason.not-approved'],
  [/^nobody has decided yet$/, 'reason.undecided'],
  [/^new phone$/, 'reason.new'],
  [/^the phone is blocked$/, 'reason.blocked'],
  [/^(?:the maker of the phone is not known|no vendor is known for this phone)$/, 'reason.no-maker'],
  [/^asked for a file without being told to$/, 'reason.unasked'],
  [/^no such file$/, 'reason.no-such-file'],
  [/^one of the site's files$/, 'reason.site-file'],
  [/^the token in the URL is not that of this phone$/, 'reason.wrong-token'],
  [/^the approval could not be stored/, 'reason.not-stored'],
];

/** A journey's sentence in the reader's language, where we have it; else as it was written. */
export function readReason(texts: Texts, reason: string): string {
  for (const [pattern, key] of REASONS) {
    const match = pattern.exec(reason);
    if (match !== null) return texts.t(key, match.groups ?? {});
  }
  return reason;
}
