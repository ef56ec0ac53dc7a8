import { z } from 'zod';
import { AppError } from '@shotloom/kernel';
import type { ChatSettings } from './chat-settings';

/** An answer has a few hundred bytes. */
const MOST_BYTES = 256 * 1024;
const MOST_TOKENS = 700;

const completionSchema = z.object({
  choices: z.array(z.object({ message: z.object({ content: z.string() }) })).min(1),
});

export interface ChatQuestion {
  readonly system: string;
  readonly user: string;
  /** A `data:` URL of a picture that the model is to look at. */
  readonly picture: string | null;
}

/** Asks for one completion, and gives its text. Throws `provider_unavailable` for everything that goes wrong, without what was sent. */
export async function complete(chat: ChatSettings, question: ChatQuestion): Promise<string> {
  try {
    const response = await fetch(`${chat.url}/chat/completions`, {
      method: 'POST',
      redirect: 'error',
      signal: AbortSignal.timeout(chat.timeoutMs),
      headers: {
        'content-type': 'application/json',
        accept: 'application/json',
        ...(chat.apiKey === null ? {} : { authorization: `Bearer ${chat.apiKey}` }),
      },
      body: JSON.stringify(bodyOf(chat, question)),
    });
    if (!response.ok) {
      await response.body?.cancel();
      throw new BadAnswer(`it answered ${response.status}`);
    }
    const [choice] = completionSchema.parse(JSON.parse(await readBounded(response))).choices;
    return choice?.message.content ?? '';
  } catch (error) {
    throw new AppError('provider_unavailable', `The chat model gave no answer: ${reasonOf(error)}.`, {
      retryable: true,
      cause: error,
    });
  }
}

function bodyOf({ model }: ChatSettings, { system, user, picture }: ChatQuestion): object {
  const content =
    picture === null
      ? user
      : [
          { type: 'text', text: user },
          { type: 'image_url', image_url: { url: picture } },
        ];
  return {
    model,
    max_tokens: MOST_TOKENS,
    messages: [
      { role: 'system', content: system },
      { role: 'user', content },
    ],
  };
}

async function readBounded(response: Response): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  let bytes = 0;
  for await (const piece of response.body ?? []) {
    const chunk: unknown = piece;
    if (!(chunk instanceof Uint8Array)) throw new BadAnswer('its answer is no stream of bytes');
    bytes += chunk.byteLength;
    if (bytes > MOST_BYTES) throw new BadAnswer('its answer is too long');
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

/** What is wrong with an answer, for people. */
class BadAnswer extends Error {}

/** For people; what the server said is not passed on. */
function reasonOf(error: unknown): string {
  if (error instanceof BadAnswer) return error.message;
  if (error instanceof z.ZodError || error instanceof SyntaxError) return 'its answer is no chat completion';
  const name = typeof error === 'object' && error !== null && 'name' in error ? error.name : undefined;
  return name === 'TimeoutError' ? 'it took too long' : 'it cannot be reached';
}
