import { randomUUID } from 'node:crypto';
import { z } from 'zod';

/** The vendor waits so long. */
const PATIENCE_MS = 3_000;
const replySchema = z.object({ challenge: z.string() });

/** Asks an address whether it is its owner's: it must answer the same words within three seconds. */
export async function answersChallenge(url: string): Promise<boolean> {
  const challenge = randomUUID();
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ challenge }),
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    const reply = replySchema.safeParse(await response.json());
    return response.ok && reply.success && reply.data.challenge === challenge;
  } catch {
    return false;
  }
}
