import { fork, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { waitFor } from '@shotloom/testing';
import type { ClientJob, ClientMessage, JobPlan } from './job-plan';

const READY_MS = 30_000;
/** The client itself waits a minute for what is open. */
const STOP_MS = 90_000;

/** The client process as the benchmark holds it: what has ended so far, and how it is stopped. */
export class JobClient {
  /** In the order of their ends. */
  readonly jobs: ClientJob[] = [];
  private state: 'starting' | 'ready' | 'stopped' | 'gone' = 'starting';
  private firstTrouble: string | undefined;
  private last = { accepted: 0, open: 0 };

  private constructor(private readonly child: ChildProcess) {
    child.on('message', (message: ClientMessage) => this.read(message));
    child.once('exit', () => {
      this.state = this.state === 'stopped' ? 'stopped' : 'gone';
    });
  }

  /** Resolves when every user is connected and the first orders go out. */
  static async start(plan: JobPlan): Promise<JobClient> {
    const child = fork(join(__dirname, 'job-worker.js'), [JSON.stringify(plan)], { execArgv: [] });
    const client = new JobClient(child);
    await waitFor(() => client.state !== 'starting', { what: 'the client to connect', timeoutMs: READY_MS });
    return client;
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  /** Jobs whose completion was told between two moments. */
  completedBetween(from: number, to: number): ClientJob[] {
    return this.jobs.filter(({ completed, endedAt }) => completed && endedAt >= from && endedAt < to);
  }

  /** Orders no more and waits for what is open. Throws what went wrong, if anything was not to. */
  async stop(): Promise<{ readonly accepted: number; readonly open: number }> {
    if (this.state === 'ready') this.child.send('stop');
    await waitFor(() => this.state === 'stopped' || this.state === 'gone', {
      what: 'the client to end',
      timeoutMs: STOP_MS,
    });
    this.check();
    return this.last;
  }

  /** A figure over jobs that failed would be a figure of something else. */
  check(): void {
    if (this.state === 'gone') throw new Error('The client process died.');
    if (this.firstTrouble !== undefined) throw new Error(`The client met trouble: ${this.firstTrouble}`);
  }

  /** For a scenario that failed half way. */
  kill(): void {
    this.child.kill('SIGKILL');
  }

  private read(message: ClientMessage): void {
    switch (message.type) {
      case 'ready':
        this.state = 'ready';
        return;
      case 'ended':
        this.jobs.push(message.job);
        return;
      case 'trouble':
        this.firstTrouble ??= message.text;
        return;
      case 'stopped':
        this.state = 'stopped';
        this.last = { accepted: message.accepted, open: message.open };
        return;
    }
  }
}
