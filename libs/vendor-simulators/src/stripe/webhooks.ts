import { createHmac } from 'node:crypto';
import type { SentCallback } from '../core/callback-sender';
import type { SimClock } from '../core/sim-clock';
import type { SimEvent, SimWebhookEndpoint } from './stripe-objects';

/** Milliseconds until Stripe tries again; the real one goes on for three days. */
const AGAIN_MS = [1_000, 5_000, 30_000, 120_000];
const TIMEOUT_MS = 10_000;
const KEPT = 10_000;

export interface Delivery {
  /** Seconds since 1970 in the signature; now unless given. */
  readonly timestamp?: number;
  /** Signed with this instead of the endpoint's own. */
  readonly secret?: string;
  /** Sent instead of the event. */
  readonly body?: string;
}

/** `Stripe-Signature: t=...,v1=...`: HMAC-SHA256 over `t.body`. https://docs.stripe.com/webhooks/signature */
export function signatureHeader(secret: string, timestamp: number, body: string): string {
  const signature = createHmac('sha256', secret).update(`${timestamp}.${body}`).digest('hex');
  return `t=${timestamp},v1=${signature}`;
}

/** Sends events to the endpoints that want them, and remembers what was answered. */
export class Webhooks {
  readonly endpoints: SimWebhookEndpoint[] = [];
  readonly sent: SentCallback[] = [];
  /** Held: nothing goes out by itself, and a test delivers what it wants in its own order. */
  held = false;
  private stopped = false;

  constructor(private readonly clock: SimClock) {}

  announce(event: SimEvent): void {
    if (this.held) return;
    for (const endpoint of this.endpoints) if (wants(endpoint, event)) void this.deliver(endpoint, event, 0);
  }

  /** Sends one event to every endpoint now, once. Resolves with what was answered; null: nothing. */
  async send(event: SimEvent, delivery: Delivery = {}): Promise<(number | null)[]> {
    return Promise.all(this.endpoints.map((endpoint) => this.post(endpoint, event, delivery)));
  }

  stop(): void {
    this.stopped = true;
  }

  private async deliver(endpoint: SimWebhookEndpoint, event: SimEvent, tries: number): Promise<void> {
    if (this.stopped) return;
    const status = await this.post(endpoint, event, {});
    const again = AGAIN_MS[tries];
    if ((status !== null && status < 300) || again === undefined) return;
    this.clock.after(again, () => void this.deliver(endpoint, event, tries + 1));
  }

  private async post(
    { url, secret }: SimWebhookEndpoint,
    event: SimEvent,
    { timestamp, secret: other, body = JSON.stringify(event, null, 2) }: Delivery,
  ): Promise<number | null> {
    const at = this.clock.now();
    const header = signatureHeader(other ?? secret, timestamp ?? Math.floor(at / 1000), body);
    const status = await fetch(url, {
      method: 'POST',
      headers: {
        ...{ 'content-type': 'application/json; charset=utf-8', 'stripe-signature': header },
        'user-agent': 'Stripe/1.0 (+https://stripe.com/docs/webhooks)',
      },
      body,
      signal: AbortSignal.timeout(TIMEOUT_MS),
    }).then(
      async (response) => {
        await response.body?.cancel();
        return response.status;
      },
      () => null,
    );
    this.sent.push({ at, url, id: event.id, body, status });
    if (this.sent.length > KEPT) this.sent.splice(0, KEPT / 10);
    return status;
  }
}

function wants({ status, enabled_events }: SimWebhookEndpoint, { type }: SimEvent): boolean {
  return status === 'enabled' && (enabled_events.includes('*') || enabled_events.includes(type));
}
