import { z } from 'zod';
import { storableText } from '@shotloom/kernel';

const MOST_PROMPT = 2_000;
const MOST_MOTION = 1_000;
const MOST_KEYWORDS = 12;
const MOST_KEYWORD = 60;

const answerSchema = z.object({
  prompt: z.string(),
  motion: z.string().nullish(),
  keywords: z.array(z.string()).nullish(),
});

export interface ChatAnswer {
  readonly prompt: string;
  readonly motion: string | null;
  readonly keywords: readonly string[];
}

/**
 * What a chat model wrote, as plain text of bounded length; undefined where it is not what was asked for. Models like to put a fence or
 * a sentence around JSON, so the outermost braces count. Pure.
 */
export function readChatAnswer(content: string, wants: { readonly motion: boolean }): ChatAnswer | undefined {
  const [from, to] = [content.indexOf('{'), content.lastIndexOf('}')];
  if (from < 0 || to <= from) return undefined;
  const parsed = answerSchema.safeParse(parseJson(content.slice(from, to + 1)));
  if (!parsed.success) return undefined;
  const prompt = plain(parsed.data.prompt, MOST_PROMPT);
  const motion = wants.motion ? plain(parsed.data.motion ?? '', MOST_MOTION) : '';
  if (prompt === '' || (wants.motion && motion === '')) return undefined;
  const keywords = (parsed.data.keywords ?? []).map((word) => plain(word, MOST_KEYWORD)).filter(Boolean);
  return {
    prompt,
    motion: wants.motion ? motion : null,
    keywords: [...new Set(keywords)].slice(0, MOST_KEYWORDS),
  };
}

/** One line without control characters, cut between two characters. */
function plain(text: string, most: number): string {
  const line = storableText(text)
    .replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ')
    .trim();
  return line.length <= most ? line : line.slice(0, most).toWellFormed().replaceAll('\uFFFD', '').trimEnd();
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
