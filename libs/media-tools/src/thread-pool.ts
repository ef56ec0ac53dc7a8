import { extname, join } from 'node:path';
import { Worker } from 'node:worker_threads';

const MEMORY_LIMIT_MB = 256;
/** A thread that has had nothing to do for so long is ended: it holds some ten MB. */
const IDLE_MS = 30_000;

interface IdleThread {
  readonly thread: Worker;
  readonly end: NodeJS.Timeout;
}

/** Lends threads that run the parser, a few at a time; who comes late waits. A good one is lent again: starting is the slow part. */
export class ThreadPool {
  private readonly idle: IdleThread[] = [];
  private readonly waiting: (() => void)[] = [];
  private lent = 0;

  constructor(
    private readonly limit: number,
    private readonly idleMs = IDLE_MS,
  ) {}

  /** Threads that wait for work. */
  get idleCount(): number {
    return this.idle.length;
  }

  async take(): Promise<Worker> {
    if (this.lent < this.limit) this.lent += 1;
    // The place of whoever gives back is handed over, and so stays counted.
    else await new Promise<void>((resolve) => this.waiting.push(resolve));
    const thread = this.takeIdle() ?? startThread();
    thread.ref();
    return thread;
  }

  async giveBack(thread: Worker, reusable: boolean): Promise<void> {
    // An idle thread must not keep the process from ending.
    thread.unref();
    if (reusable) this.keep(thread);
    else await thread.terminate();
    const next = this.waiting.shift();
    if (next === undefined) this.lent -= 1;
    else next();
  }

  private takeIdle(): Worker | undefined {
    for (let idle = this.idle.pop(); idle !== undefined; idle = this.idle.pop()) {
      clearTimeout(idle.end);
      // One that has ended meanwhile tells so by having no id any more.
      if (idle.thread.threadId !== -1) return idle.thread;
    }
    return undefined;
  }

  private keep(thread: Worker): void {
    const end = setTimeout(() => {
      this.idle.splice(this.idle.indexOf(idle), 1);
      void thread.terminate();
    }, this.idleMs);
    end.unref();
    const idle = { thread, end };
    this.idle.push(idle);
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
