import type { RuntimeInfo } from '@shotloom/testing';

/** A task as the simulator of a vendor keeps it. */
export interface VendorTask {
  readonly taskId: string;
  readonly externalId: string | null;
  readonly status: string;
  readonly cost: string;
}

interface VendorCall {
  readonly kind: 'create' | 'query' | 'account' | 'result' | 'other';
  readonly path: string;
  readonly body: string;
  readonly status: number | null;
  readonly faults: readonly string[];
}

/** The other side of the story: what a simulated vendor was asked, what it sold, and what shall go wrong there. */
export class Vendor {
  constructor(
    private readonly runtime: () => RuntimeInfo,
    private readonly provider: string,
  ) {}

  /** Faults as `libs/vendor-simulators` reads them; `match` ties one to a prompt or an attempt. */
  async script(...faults: readonly Record<string, unknown>[]): Promise<void> {
    await this.ask('faults', { method: 'POST', body: JSON.stringify(faults) });
  }

  async heal(): Promise<void> {
    await this.ask('faults', { method: 'DELETE' });
  }

  /** All that the vendor ever made. */
  tasks(): Promise<VendorTask[]> {
    return this.ask<VendorTask[]>('tasks');
  }

  /** What the vendor made, and bills, under our id for an attempt. */
  async tasksOf(attemptId: string): Promise<VendorTask[]> {
    return (await this.tasks()).filter(({ externalId }) => externalId === attemptId);
  }

  /** Calls that mention a text, in their order. */
  async calls(kind: VendorCall['kind'], text: string): Promise<VendorCall[]> {
    const calls = await this.ask<VendorCall[]>('requests');
    return calls.filter((call) => call.kind === kind && `${call.path}\n${call.body}`.includes(text));
  }

  private async ask<T>(what: string, init: RequestInit = {}): Promise<T> {
    const url = `${this.runtime().simulators[this.provider] ?? ''}/_sim/${what}`;
    const response = await fetch(url, { ...init, headers: { 'content-type': 'application/json' } });
    const text = await response.text();
    if (!response.ok) throw new Error(`${url} answered ${response.status}: ${text}`);
    return JSON.parse(text) as T;
  }
}

/** The sum of a counter over all its labels, as one service shows it. */
export async function counted(runtime: RuntimeInfo, service: string, metric: string): Promise<number> {
  const response = await fetch(`${runtime.internalUrls[service] ?? ''}/metrics`);
  const lines = (await response.text()).split('\n').filter((line) => line.startsWith(metric));
  return lines.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
}
