import { fork, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { waitFor } from '@shotloom/testing';
import type { AudiencePlan, RealtimeMessage, Seen, SourcePlan } from './realtime-plan';

const REPORT_MS = 30_000;

/** One of the two processes, as the benchmark holds it. */
export class RealtimeProcess {
  private readySeconds: number | undefined;
  private seen: readonly Seen[] | undefined;
  /** A figure over clients that were cut off would be a figure of something else. */
  private readonly trouble = new AbortController();

  private constructor(private readonly child: ChildProcess) {
    child.on('message', (message: RealtimeMessage) => this.read(message));
    child.once('exit', (code) => {
      if (this.seen === undefined) this.fail(`the process ended with ${code}`);
    });
  }

  static audience(plan: AudiencePlan): RealtimeProcess {
    return new RealtimeProcess(start('audience-worker', plan));
  }

  static source(plan: SourcePlan): RealtimeProcess {
    return new RealtimeProcess(start('source-worker', plan));
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  /** Resolves with the seconds that it took to connect all clients. */
  connected(timeoutMs: number): Promise<number> {
    return this.until(() => this.readySeconds, 'all clients to be connected', timeoutMs);
  }

  /** What the source committed; resolves when it has ended. */
  committed(timeoutMs: number): Promise<readonly Seen[]> {
    return this.until(() => this.seen, 'all changes to be committed', timeoutMs);
  }

  /** What the audience has received so far. */
  async received(): Promise<readonly Seen[]> {
    this.seen = undefined;
    this.child.send('report');
    return this.until(() => this.seen, 'the clients to tell what they saw', REPORT_MS);
  }

  kill(): void {
    this.child.removeAllListeners();
    this.child.kill('SIGKILL');
  }

  private until<T>(probe: () => T | undefined, what: string, timeoutMs: number): Promise<T> {
    const given = (): { readonly value: T } | undefined => {
      const value = probe();
      return value === undefined ? undefined : { value };
    };
    const { signal } = this.trouble;
    return waitFor(given, { what, timeoutMs, intervalMs: 20, signal }).then(({ value }) => value);
  }

  private fail(text: string): void {
    this.trouble.abort(new Error(text));
  }

  private read(message: RealtimeMessage): void {
    switch (message.type) {
      case 'ready':
        this.readySeconds = message.seconds;
        return;
      case 'seen':
        this.seen = message.seen;
        return;
      case 'trouble':
        this.fail(message.text);
        return;
    }
  }
}

function start(script: string, plan: AudiencePlan | SourcePlan): ChildProcess {
  const child = fork(join(__dirname, `${script}.js`), [], { execArgv: [] });
  // Ten thousand users are more than an argument may hold.
  child.send(plan);
  return child;
}
