import { Agent, request } from 'node:http';
import { quantile } from '../measure/statistics';
import type { LoadPlan, LoadResult } from './load-plan';

interface Answer {
  readonly status: string;
  readonly body: string;
}

/** A process of its own: sends requests over keep-alive connections for a time, then tells what came back and ends. */
class Load {
  private readonly agent: Agent;
  private readonly payload: string | undefined;
  private readonly refused: Record<string, number> = {};
  private firstRefusal: string | null = null;
  private times: number[] = [];
  private turn = 0;

  constructor(private readonly plan: LoadPlan) {
    this.agent = new Agent({ keepAlive: true, maxSockets: plan.clients, scheduling: 'fifo' });
    this.payload = plan.body === undefined ? undefined : JSON.stringify(plan.body);
  }

  async run(): Promise<LoadResult> {
    await this.during(this.plan.warmUpSeconds);
    this.times = [];
    const cpu = process.cpuUsage();
    const began = performance.now();
    await this.during(this.plan.seconds);
    const seconds = (performance.now() - began) / 1000;
    const { user, system } = process.cpuUsage(cpu);
    this.agent.destroy();
    const answered = this.times.length;
    return {
      answered,
      seconds,
      p50: answered === 0 ? 0 : quantile(this.times, 0.5),
      p99: answered === 0 ? 0 : quantile(this.times, 0.99),
      cpuSeconds: (user + system) / 1e6,
      refused: this.refused,
      firstRefusal: this.firstRefusal,
    };
  }

  private async during(seconds: number): Promise<void> {
    const end = performance.now() + seconds * 1000;
    const client = async (): Promise<void> => {
      while (performance.now() < end) await this.once();
    };
    await Promise.all(Array.from({ length: this.plan.clients }, client));
  }

  private async once(): Promise<void> {
    const began = performance.now();
    const { status, body } = await this.send();
    if (status === String(this.plan.expect)) this.times.push(performance.now() - began);
    else {
      this.refused[status] = (this.refused[status] ?? 0) + 1;
      this.firstRefusal ??= body.slice(0, 500);
    }
  }

  private send(): Promise<Answer> {
    const { keys, url, expect } = this.plan;
    const method = this.payload === undefined ? 'GET' : 'POST';
    return new Promise((resolve) => {
      const options = { method, agent: this.agent, headers: this.headers(keys[this.turn++ % keys.length]) };
      const sent = request(url, options, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => {
          const body = response.statusCode === expect ? '' : Buffer.concat(chunks).toString();
          resolve({ status: String(response.statusCode), body });
        });
      });
      sent.on('error', (error) => resolve({ status: codeOf(error), body: error.message }));
      sent.end(this.payload);
    });
  }

  private headers(key: string | undefined): Record<string, string | number> {
    const authorization = { authorization: `Bearer ${key}` };
    if (this.payload === undefined) return authorization;
    return {
      ...authorization,
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(this.payload),
    };
  }
}

function codeOf(error: Error): string {
  return 'code' in error ? String(error.code) : error.name;
}

async function main(): Promise<void> {
  const result = await new Load(JSON.parse(process.argv[2] ?? '{}') as LoadPlan).run();
  process.send?.(result);
  process.disconnect();
}

void main();
