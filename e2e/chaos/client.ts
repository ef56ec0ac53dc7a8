import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { JobResource } from '@shotloom/contracts';
import { send, type Api } from '../support/api';
import type { Order } from './plan';

/** What a client was told about an order. `lost`: it has no answer and no key to ask with, so it was promised nothing. */
export interface Told {
  readonly order: Order;
  readonly key: string | null;
  readonly answer: 'accepted' | 'refused' | 'lost';
  /** Of the first answer. */
  readonly jobIds: readonly string[];
  /** What else was answered to the same key; each must be the same jobs. */
  readonly again: readonly (readonly string[])[];
  readonly refusal: string | null;
  /** Requests that were sent. */
  readonly tries: number;
}

type Try =
  | { readonly kind: 'accepted'; readonly jobIds: string[] }
  | { readonly kind: 'refused'; readonly reason: string }
  | { readonly kind: 'unanswered' };

const PATIENCE_MS = 15_000;
const GIVES_UP_AFTER_MS = 90_000;
const BETWEEN_TRIES_MS = 400;

/** One user's program: orders, asks again where it may, and does not believe a connection that breaks. */
export class ChaosClient {
  readonly told: Told[] = [];
  private readonly known: string[] = [];

  constructor(
    private readonly api: Api,
    private readonly assetId: string,
  ) {}

  async order(order: Order): Promise<void> {
    const key = order.keyed ? `chaos-${order.number}-${randomUUID()}` : null;
    const deadline = Date.now() + GIVES_UP_AFTER_MS;
    let [last, tries] = [await this.try(order, key, order.hangsUpAfterMs ?? PATIENCE_MS), 1];
    while (last.kind === 'unanswered' && key !== null && Date.now() < deadline) {
      await delay(BETWEEN_TRIES_MS);
      last = await this.try(order, key, PATIENCE_MS);
      tries += 1;
    }
    const again: string[][] = [];
    if (last.kind === 'accepted') {
      this.known.push(...last.jobIds);
      const repeat = order.asksTwice ? await this.try(order, key, PATIENCE_MS) : last;
      if (order.asksTwice) tries += 1;
      if (repeat !== last && repeat.kind === 'accepted') again.push(repeat.jobIds);
    }
    this.told.push({ order, key, tries, again, ...toldOf(last) });
  }

  async cancel(which: number): Promise<void> {
    const id = this.known[Math.floor(which * this.known.length)];
    if (id !== undefined) await this.quietly(`/api/v1/jobs/${id}/cancel`, { method: 'POST' });
  }

  async remove(which: number): Promise<void> {
    const id = this.known[Math.floor(which * this.known.length)];
    if (id !== undefined) await this.quietly(`/api/v1/jobs/${id}`, { method: 'DELETE' });
  }

  /** A job's video as its owner gets it; the text says why there is none. */
  async video(jobId: string): Promise<Buffer | string> {
    const response = await this.api.fetch(`/api/v1/jobs/${jobId}/video`, { redirect: 'follow' });
    const bytes = Buffer.from(await response.arrayBuffer());
    return response.ok ? bytes : `${response.status} ${bytes.toString('utf8').slice(0, 200)}`;
  }

  /** Whatever is answered is right: the job may have ended, or the gateway may be dead. The end is judged by the books. */
  private async quietly(path: string, init: RequestInit): Promise<void> {
    await this.api
      .fetch(path, { ...init, signal: AbortSignal.timeout(PATIENCE_MS) })
      .then((response) => response.arrayBuffer())
      .catch(() => undefined);
  }

  private async try(order: Order, key: string | null, patienceMs: number): Promise<Try> {
    const headers: Record<string, string> = key === null ? {} : { 'idempotency-key': key };
    const body = {
      ...order.body,
      metadata: { chaos: `${order.number}` },
      ...(order.operation === 'image-to-video' ? { asset_id: this.assetId } : {}),
    };
    try {
      const response = await this.api.fetch(`/api/v1/generate/${order.operation}`, {
        ...send(body, headers),
        signal: AbortSignal.timeout(patienceMs),
      });
      const text = await response.text();
      if (response.status === 202) return { kind: 'accepted', jobIds: idsOf(text) };
      // 429 and what is above 499 may be different in a moment.
      const mayPass = response.status === 429 || response.status >= 500;
      return mayPass ? { kind: 'unanswered' } : { kind: 'refused', reason: `${response.status} ${text}` };
    } catch {
      return { kind: 'unanswered' };
    }
  }
}

function idsOf(text: string): string[] {
  const answer = JSON.parse(text) as JobResource | { readonly data: readonly JobResource[] };
  return 'data' in answer ? answer.data.map(({ id }) => id) : [answer.id];
}

function toldOf(last: Try): Pick<Told, 'answer' | 'jobIds' | 'refusal'> {
  switch (last.kind) {
    case 'accepted':
      return { answer: 'accepted', jobIds: last.jobIds, refusal: null };
    case 'refused':
      return { answer: 'refused', jobIds: [], refusal: last.reason };
    case 'unanswered':
      return { answer: 'lost', jobIds: [], refusal: null };
  }
}
