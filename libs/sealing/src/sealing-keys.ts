import { z } from 'zod';
import { readKeyRing, type KeyRing } from './key-ring';

/** The part of an environment that holds the keys; the same in every service that seals or opens. */
export const sealingKeysSchema = z
  .object({
    /** 32 bytes in base64. Without it nothing can be sealed. */
    CREDENTIALS_KEY: z.string().optional(),
    /** Keys that were in use before, `keyId=base64` with commas between them. */
    CREDENTIALS_KEYS_OLD: z.string().optional(),
  })
  .superRefine((env, context) => {
    const refuse = (key: string, message: string): void =>
      context.addIssue({ code: 'custom', path: [key], message });
    if (env.CREDENTIALS_KEY === undefined) {
      if (env.CREDENTIALS_KEYS_OLD !== undefined) refuse('CREDENTIALS_KEY', 'is needed beside old keys');
      return;
    }
    for (const [key, old] of [
      ['CREDENTIALS_KEY', undefined],
      ['CREDENTIALS_KEYS_OLD', env.CREDENTIALS_KEYS_OLD],
    ] as const) {
      try {
        readKeyRing(env.CREDENTIALS_KEY, old);
      } catch (error) {
        refuse(key, error instanceof Error ? error.message : String(error));
        return;
      }
    }
  });

/** Null where no key is configured. */
export function keyRing(env: z.infer<typeof sealingKeysSchema>): KeyRing | null {
  return env.CREDENTIALS_KEY === undefined
    ? null
    : readKeyRing(env.CREDENTIALS_KEY, env.CREDENTIALS_KEYS_OLD);
}
