/** Languages that the pages speak; the first is spoken where nothing fits. */
export const LANGUAGES = ['en', 'de'] as const;
export type Language = (typeof LANGUAGES)[number];

/** Longer than any browser's header: the rest is not read. */
const LONGEST_HEADER = 500;

export function isLanguage(text: unknown): text is Language {
  return LANGUAGES.some((language) => language === text);
}

/** What a person chose wins, then Accept-Language by its weights (RFC 9110 12.5.4), then English. */
export function chooseLanguage(chosen: string | undefined, acceptLanguage: string | undefined): Language {
  if (isLanguage(chosen)) return chosen;
  const wanted = (acceptLanguage ?? '')
    .slice(0, LONGEST_HEADER)
    .split(',')
    .map((part, position) => ({ ...readRange(part), position }))
    .filter(({ weight }) => weight > 0)
    .sort((a, b) => b.weight - a.weight || a.position - b.position);
  for (const { tag } of wanted) {
    const language = LANGUAGES.find((known) => tag === known || tag.startsWith(`${known}-`));
    if (language !== undefined) return language;
  }
  return LANGUAGES[0];
}

function readRange(part: string): { readonly tag: string; readonly weight: number } {
  const [tag = '', ...parameters] = part.split(';').map((text) => text.trim().toLowerCase());
  const weight = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2);
  const number = weight === undefined ? 1 : Number(weight);
  return { tag, weight: number >= 0 && number <= 1 ? number : 0 };
}
