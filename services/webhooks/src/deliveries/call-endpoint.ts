import { Webhook } from 'standardwebhooks';
import { FetchFailure, type GuardedSender } from '@shotloom/guarded-http';
import { AppError } from '@shotloom/kernel';
import type { CallResult } from './verdict';

/** All that a call needs, read when it is claimed. */
export interface Call {
  readonly url: string;
  readonly eventId: string;
  readonly body: string;
  /** The newest first; all of them sign. */
  readonly secrets: readonly string[];
}

/** Posts the event, signed as Standard Webhooks says. Never throws: what went wrong is the result. */
export async function callEndpoint(
  sender: GuardedSender,
  { url, eventId, body, secrets }: Call,
  { now, signal }: { readonly now: Date; readonly signal: AbortSignal },
): Promise<CallResult> {
  const headers = {
    'content-type': 'application/json',
    'webhook-id': eventId,
    'webhook-timestamp': String(Math.floor(now.getTime() / 1_000)),
    'webhook-signature': secrets.map((secret) => new Webhook(secret).sign(eventId, now, body)).join(' '),
  };
  try {
    const { status, text, retryAfterMs } = await sender.post(url, {
      headers,
      body: Buffer.from(body, 'utf8'),
      signal,
    });
    return { kind: 'answered', status, text, retryAfterMs };
  } catch (error) {
    if (error instanceof FetchFailure && error.kind === 'cancelled') return { kind: 'stopped' };
    return { kind: 'unanswered', reason: AppError.from(error).message };
  }
}
