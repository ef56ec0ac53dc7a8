/** What stands on a title card. */
export interface TitleWords {
  readonly title: string;
  /** What follows, in smaller letters; may be empty. */
  readonly body: string;
}

/** Widths in cells: a Latin letter takes one, a Chinese one two. */
const TITLE_CELLS = 72;
const BODY_CELLS = 220;

const graphemes = new Intl.Segmenter('zh', { granularity: 'grapheme' });
const words = new Intl.Segmenter('zh', { granularity: 'word' });

const WIDE = /[ᄀ-ᅟ⺀-〿぀-꓏가-힣豈-﫿︰-﹏＀-｠￠-￦\u{20000}-\u{3fffd}]/u;

export function cellsOf(text: string): number {
  let cells = 0;
  for (const { segment } of graphemes.segment(text)) cells += WIDE.test(segment) ? 2 : 1;
  return cells;
}

/**
 * What a card can show of a prompt: its first sentence large, the next ones small, both cut with an ellipsis at a whole word.
 * Control characters and emoji go (few installations have letters for them, and boxes look broken); nothing left: a dash.
 */
export function titleWords(prompt: string): TitleWords {
  const clean = cleanText(prompt);
  if (clean === '') return { title: '—', body: '' };
  const { first, rest } = splitSentence(clean);
  const title = shorten(first.replace(/[.。,，;；:：\s]+$/u, ''), TITLE_CELLS);
  return { title: title === '' ? '—' : title, body: shorten(rest, BODY_CELLS) };
}

function cleanText(prompt: string): string {
  return prompt
    .normalize('NFC')
    .replace(
      /\p{Regional_Indicator}|(?![©®™‼⁉])\p{Extended_Pictographic}|\p{Emoji_Modifier}|[\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]|\p{Variation_Selector}|\u20e3|[\u{e0000}-\u{e007f}]/gu,
      '',
    )
    .replace(/[\p{Cc}\p{Cs}\p{Co}\p{Cn}\u2028\u2029\s]+/gu, ' ')
    .trim();
}

function splitSentence(text: string): { readonly first: string; readonly rest: string } {
  const end = /[.!?](?=\s)|[。！？]/u.exec(text);
  if (end === null) return { first: text, rest: '' };
  const cut = end.index + end[0].length;
  return { first: text.slice(0, cut), rest: text.slice(cut).trim() };
}

function shorten(text: string, cells: number): string {
  if (cellsOf(text) <= cells) return text;
  let kept = '';
  let used = 0;
  for (const { segment } of words.segment(text)) {
    used += cellsOf(segment);
    if (used > cells - 1) break;
    kept += segment;
  }
  // A single word longer than the line, such as an address.
  if (kept === '')
    kept = [...graphemes.segment(text)]
      .slice(0, Math.floor(cells / 2))
      .map(({ segment }) => segment)
      .join('');
  return `${kept.replace(/[\s,，、;；:：]+$/u, '')}…`;
}
