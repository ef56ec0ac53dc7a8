import { createHmac } from 'node:crypto';
import type { SimClock } from './sim-clock';

export interface Callback {
  readonly url: string;
  readonly body: unknown;
  /** `whsec_...`; null: sent without a signature. */
  readonly secret: string | null;
}

export interface SentCallback {
  readonly at: number;
  readonly url: string;
  readonly id: string;
  readonly body: string;
  /** Null where nobody answered. */
  readonly status: number | null;
}

/** Milliseconds until a delivery that failed is tried again; then it is given up. */
const AGAIN_MS = [1_000, 5_000, 30_000];
const TIMEOUT_MS = 5_000;
const KEPT = 10_000;

/** Sends callbacks as Standard Webhooks says, and remembers them. */
export class CallbackSender {
  readonly sent: SentCallback[] = [];
  private next = 1;
  private stopped = false;

  constructor(private readonly clock: SimClock) {}

  /** Sends it `copies` times: the same delivery, with the same id. Resolves after the first try of each; never rejects. */
  async send(callback: Callback, copies = 1): Promise<void> {
    const id = `msg_${this.next++}`;
    const body = JSON.stringify(callback.body);
    await Promise.all(Array.from({ length: copies }, () => this.deliver(callback, id, body, 0)));
  }

  stop(): void {
    this.stopped = true;
  }

  private async deliver(
    { url, secret, ...rest }: Callback,
    id: string,
    body: string,
    tries: number,
  ): Promise<void> {
    if (this.stopped) return;
    const at = this.clock.now();
    const status = await this.post(url, body, { ...signatureHeaders(secret, id, at, body) });
    this.sent.push({ at, url, id, body, status });
    if (this.sent.length > KEPT) this.sent.splice(0, KEPT / 10);
    const again = AGAIN_MS[tries];
    if ((status !== null && status < 300) || again === undefined) return;
    this.clock.after(again, () => void this.deliver({ url, secret, ...rest }, id, body, tries + 1));
  }

  private async post(url: string, body: string, headers: Record<string, string>): Promise<number | null> {
    try {
      const response = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body,
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      // Read and not cancelled, which would close the connection: vendors keep theirs.
      await response.arrayBuffer();
      return response.status;
    } catch {
      return null;
    }
  }
}

/** `webhook-id`, `webhook-timestamp` and `webhook-signature`, or nothing without a secret. */
export function signatureHeaders(
  secret: string | null,
  id: string,
  nowMs: number,
  body: string,
): Record<string, string> {
  if (secret === null) return {};
  const timestamp = `${Math.floor(nowMs / 1000)}`;
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  const signature = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64');
  return {
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    'webhook-signature': `v1,${signature}`,
  };
}
