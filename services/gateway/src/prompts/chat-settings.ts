import { z } from 'zod';

/** Any endpoint that speaks OpenAI's chat completions; prompts are enhanced by fixed rules without one. */
export const chatConfigSchema = z.object({
  /**
   * Up to and with `/v1`. The operator's word is trusted: it may be a server in the cluster. Nothing that users send is part of it, and
   * redirects are not followed.
   */
  CHAT_URL: z.url({ protocol: /^https?$/ }).optional(),
  CHAT_MODEL: z.string().min(1).max(200).optional(),
  CHAT_API_KEY: z.string().min(1).optional(),
  /** Whether the model looks at pictures. */
  CHAT_VISION: z.stringbool().default(false),
  /** For the whole answer. */
  CHAT_TIMEOUT_MS: z.coerce.number().int().min(100).max(60_000).default(10_000),
});
type Env = z.output<typeof chatConfigSchema>;

/** Says what does not go together. */
export function checkChat(env: Env, refuse: (key: string, message: string) => void): void {
  if ((env.CHAT_URL === undefined) !== (env.CHAT_MODEL === undefined)) {
    refuse(env.CHAT_URL === undefined ? 'CHAT_URL' : 'CHAT_MODEL', 'CHAT_URL and CHAT_MODEL belong together');
  }
}

export interface ChatSettings {
  /** Without a slash at its end. */
  readonly url: string;
  readonly model: string;
  readonly apiKey: string | null;
  readonly vision: boolean;
  readonly timeoutMs: number;
}

/** Null: there is none. */
export function chatSettings(env: Env): ChatSettings | null {
  const { CHAT_URL: url, CHAT_MODEL: model } = env;
  if (url === undefined || model === undefined) return null;
  return {
    url: url.replace(/\/+$/, ''),
    model,
    apiKey: env.CHAT_API_KEY ?? null,
    vision: env.CHAT_VISION,
    timeoutMs: env.CHAT_TIMEOUT_MS,
  };
}
