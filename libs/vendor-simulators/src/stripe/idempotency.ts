import { createHash } from 'node:crypto';
import type { SimReply, SimRequest } from '../core/sim-http';
import { StripeError } from './stripe-error';

interface Kept {
  readonly digest: string;
  readonly reply: SimReply;
  readonly at: number;
}

const DAY_MS = 24 * 3600 * 1000;

/**
 * `Idempotency-Key`: the first result of a POST is kept for 24 hours and given again, failures of the work itself too; other
 * parameters under the same key are refused. What fails validation is not kept. https://docs.stripe.com/api/idempotent_requests
 */
export class IdempotencyKeys {
  private readonly kept = new Map<string, Kept>();

  answer(request: SimRequest, now: number, work: () => SimReply): SimReply {
    const key = request.headers['idempotency-key'];
    if (request.method !== 'POST' || key === undefined) return work();
    if (key.length > 255) throw refusal('Idempotency keys are at most 255 characters long.');
    const digest = createHash('sha256').update(request.path).update(request.rawBody).digest('hex');
    const known = this.kept.get(key);
    if (known !== undefined && now - known.at < DAY_MS) {
      if (known.digest !== digest) {
        throw refusal(
          `Keys for idempotent requests can only be used with the same parameters they were first used with. Try using a key other than '${key}' if you meant to execute a different request.`,
        );
      }
      return { ...known.reply, headers: { ...known.reply.headers, 'idempotent-replayed': 'true' } };
    }
    const reply = work();
    if (reply.status < 400 || reply.status >= 500) this.kept.set(key, { digest, reply, at: now });
    return reply;
  }
}

function refusal(message: string): StripeError {
  return new StripeError(400, { type: 'idempotency_error', message });
}
