import { extname, join } from 'node:path';
import { Worker } from 'node:worker_threads';

const MEMORY_LIMIT_MB = 256;

/** Lends threads that run the parser, a few at a time; who comes late waits. A good one is lent again: starting is the slow part. */
export class ThreadPool {
  private readonly idle: Worker[] = [];
  private readonly waiting: (() => void)[] = [];
  private lent = 0;

  constructor(private readonly limit: number) {}

  async take(): Promise<Worker> {
    if (this.lent < this.limit) this.lent += 1;
    // The place of whoever gives back is handed over, and so stays counted.
    else await new Promise<void>((resolve) => this.waiting.push(resolve));
    let thread = this.idle.pop();
    // One that has ended meanwhile tells so by having no id any more.
    while (thread?.threadId === -1) thread = this.idle.pop();
    thread ??= startThread();
    thread.ref();
    return thread;
  }

  async giveBack(thread: Worker, reusable: boolean): Promise<void> {
    // An idle thread must not keep the process from ending.
    thread.unref();
    if (reusable) this.idle.push(thread);
    else await thread.terminate();
    const next = this.waiting.shift();
    if (next === undefined) this.lent -= 1;
    else next();
  }
}

function startThread(): Worker {
  // The same folder holds the source in tests and the compiled file in production.
  const file = join(__dirname, 'probe-thread', `thread${extname(__filename)}`);
  const thread = new Worker(file, { resourceLimits: { maxOldGenerationSizeMb: MEMORY_LIMIT_MB } });
  // Whoever has borrowed it listens too; without this the error of an idle one would end the process.
  thread.on('error', () => undefined);
  return thread;
}
