import { Agent, request } from 'node:http';
import type { ClientMessage, JobPlan } from './job-plan';
import { JobSockets } from './job-sockets';

const PATIENCE_MS = 15_000;
const DRAIN_MS = 60_000;
const PATH = '/api/v1/generate/text-to-video';
/** A client that was refused asks again after this, so that a dead gateway is not asked without end. */
const AGAIN_MS = 50;

const now = (): number => performance.timeOrigin + performance.now();
const tell = (message: ClientMessage): void => void process.send?.(message);

/** A process of its own: orders videos at a pace, and hears of their ends over sockets, until it is told to stop. */
class JobWorker {
  private readonly agent = new Agent({ keepAlive: true, maxSockets: 256 });
  private readonly payload: string;
  private readonly sockets: JobSockets;
  private readonly waiting = new Map<string, { sentAt: number; acceptedAt: number }>();
  /** Ends that were told before the answer to the order was read. */
  private readonly early = new Map<string, { endedAt: number; completed: boolean }>();
  private readonly slots: (() => void)[] = [];
  private accepted = 0;
  private turn = 0;
  private stopping = false;

  constructor(private readonly plan: JobPlan) {
    this.payload = JSON.stringify(plan.body);
    this.sockets = new JobSockets(
      plan,
      (jobId, completed) => this.ended(jobId, now(), completed),
      (text) => this.trouble(text),
    );
  }

  async start(): Promise<void> {
    await this.sockets.connect();
    tell({ type: 'ready' });
    const { pace } = this.plan;
    if ('inFlight' in pace) for (let slot = 0; slot < pace.inFlight; slot += 1) void this.keepOneOpen();
    else this.orderAfter(pace.perSecond);
  }

  /** Orders no more, waits for what is open, and ends. */
  stop(): void {
    this.stopping = true;
    // Where sockets broke, some ends were told to nobody.
    const patience = this.plan.tolerant ? 0 : DRAIN_MS;
    const began = now();
    const timer = setInterval(() => {
      if (this.waiting.size > 0 && now() - began < patience) return;
      clearInterval(timer);
      tell({ type: 'stopped', accepted: this.accepted, open: this.waiting.size });
      this.sockets.close();
      this.agent.destroy();
      process.disconnect();
    }, 20);
  }

  /** One place of a closed loop: the next order follows the end of the last. */
  private async keepOneOpen(): Promise<void> {
    while (!this.stopping) {
      const jobId = await this.order();
      if (jobId === undefined) await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
      else if (this.waiting.has(jobId)) await new Promise<void>((resolve) => this.slots.push(resolve));
    }
  }

  /** Orders come by chance, as those of many strangers do, whatever becomes of those before. */
  private orderAfter(perSecond: number): void {
    if (this.stopping) return;
    setTimeout(
      () => {
        if (!this.stopping) void this.order();
        this.orderAfter(perSecond);
      },
      (-Math.log(1 - Math.random()) * 1000) / perSecond,
    );
  }

  private async order(): Promise<string | undefined> {
    const sentAt = now();
    try {
      const { status, body } = await this.send();
      if (status !== 202) throw new Error(`${status} ${body.slice(0, 300)}`);
      const { id } = JSON.parse(body) as { readonly id: string };
      this.accepted += 1;
      this.waiting.set(id, { sentAt, acceptedAt: now() });
      const early = this.early.get(id);
      if (early !== undefined) this.ended(id, early.endedAt, early.completed);
      return id;
    } catch (error) {
      this.trouble(error instanceof Error ? error.message : String(error));
      return undefined;
    }
  }

  private ended(jobId: string, endedAt: number, completed: boolean): void {
    const job = this.waiting.get(jobId);
    if (job === undefined) {
      this.early.set(jobId, { endedAt, completed });
      return;
    }
    this.waiting.delete(jobId);
    this.early.delete(jobId);
    tell({ type: 'ended', job: { jobId, ...job, endedAt, completed } });
    if (!completed) this.trouble(`job ${jobId} failed`);
    this.slots.shift()?.();
  }

  private trouble(text: string): void {
    if (!this.plan.tolerant) tell({ type: 'trouble', text });
  }

  private send(): Promise<{ status: number; body: string }> {
    const { users, gatewayUrl } = this.plan;
    const key = users[this.turn++ % users.length]?.apiKey ?? '';
    const headers = {
      authorization: `Bearer ${key}`,
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(this.payload),
    };
    return new Promise((resolve, reject) => {
      const options = { method: 'POST', agent: this.agent, headers, timeout: PATIENCE_MS };
      const sent = request(new URL(PATH, gatewayUrl), options, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString() }),
        );
      });
      sent.on('timeout', () => sent.destroy(new Error(`no answer after ${PATIENCE_MS} ms`)));
      sent.on('error', reject);
      sent.end(this.payload);
    });
  }
}

const worker = new JobWorker(JSON.parse(process.argv[2] ?? '{}') as JobPlan);
process.on('message', () => worker.stop());
// Without its parent nobody would stop it.
process.on('disconnect', () => process.exit());
void worker.start();
