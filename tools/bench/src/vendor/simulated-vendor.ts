import { Agent, request } from 'node:http';
import type { World } from '../world/world';
import { MODEL, PROVIDER } from './vendor-world';

/** A task as the simulator keeps it. Milliseconds since 1970. */
export interface VendorTask {
  readonly taskId: string;
  /** The id of our attempt. */
  readonly externalId: string | null;
  readonly createdAt: number;
  readonly finishedAt: number | null;
}

const ORDERS_AT_ONCE = 32;

/** The other side: what the vendor did, by its own log, and orders that reach it past the platform. */
export class SimulatedVendor {
  private readonly url: string;

  constructor({ platform }: Pick<World, 'platform'>) {
    const url = platform.runtime.simulators[PROVIDER];
    if (url === undefined) throw new Error(`${PROVIDER} is not simulated.`);
    this.url = url;
  }

  /** By the id of our attempt. */
  async tasks(): Promise<ReadonlyMap<string, VendorTask>> {
    const tasks = await this.ask<readonly VendorTask[]>('/_sim/tasks');
    return new Map(tasks.flatMap((task) => (task.externalId === null ? [] : [[task.externalId, task]])));
  }

  /** Requests that ask for the state of tasks, so far. */
  async queries(): Promise<number> {
    const { requests } = await this.ask<{ requests: Partial<Record<string, number>> }>('/_sim/counts');
    return requests['query'] ?? 0;
  }

  /** All further tasks take so long, whatever the simulator was started with. Milliseconds. */
  async takesFromNowOn(ms: number): Promise<void> {
    await this.ask('/_sim/faults', 'POST', { kind: 'task-takes', ms, times: null });
  }

  /** Orders a task for each of these attempts, without a callback; returns the vendor's ids in the same order. */
  async order(attemptIds: readonly string[]): Promise<string[]> {
    const apiKey = await this.apiKey();
    const agent = new Agent({ keepAlive: true, maxSockets: ORDERS_AT_ONCE });
    const taskIds: string[] = [];
    let next = 0;
    const one = async (): Promise<void> => {
      for (let index = next++; index < attemptIds.length; index = next++) {
        taskIds[index] = await this.orderOne(agent, apiKey, attemptIds[index] ?? '');
      }
    };
    try {
      await Promise.all(Array.from({ length: ORDERS_AT_ONCE }, one));
      return taskIds;
    } finally {
      agent.destroy();
    }
  }

  private orderOne(agent: Agent, apiKey: string, attemptId: string): Promise<string> {
    const body = JSON.stringify({
      prompt: 'A lighthouse at dusk',
      settings: { resolution: '720p', duration: 5 },
      options: { external_task_id: attemptId },
    });
    const url = new URL(`/text-to-video/${MODEL.replace(/^kling:/, '')}`, this.url);
    const headers = {
      authorization: `Bearer ${apiKey}`,
      'content-type': 'application/json',
      'content-length': body.length,
    };
    return new Promise((resolve, reject) => {
      const sent = request(url, { method: 'POST', agent, headers }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString();
          const { data } = JSON.parse(text) as { readonly data?: { readonly id?: string } };
          if (data?.id === undefined) reject(new Error(`The simulator answered ${text.slice(0, 300)}`));
          else resolve(data.id);
        });
      });
      sent.on('error', reject);
      sent.end(body);
    });
  }

  private async apiKey(): Promise<string> {
    const { fields } = await this.ask<{ fields: { readonly apiKey: string } }>('/_sim/credential');
    return fields.apiKey;
  }

  private async ask<T>(path: string, method = 'GET', body?: unknown): Promise<T> {
    const init = body === undefined ? { method } : { method, body: JSON.stringify(body) };
    const response = await fetch(new URL(path, this.url), {
      ...init,
      headers: { 'content-type': 'application/json' },
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`The simulator answered ${response.status} to ${path}: ${text}`);
    return JSON.parse(text) as T;
  }
}
