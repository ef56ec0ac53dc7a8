import { setTimeout as delay } from 'node:timers/promises';
import type { ChildExit } from '@shotloom/testing';

/** One running process, as a unit needs it. */
export interface UnitProcess {
  readonly pid: number;
  readonly exited: Promise<ChildExit>;
  stop(signal?: NodeJS.Signals, graceMs?: number): Promise<unknown>;
}

export interface UnitDefinition {
  readonly name: string;
  readonly logFile: string;
  /** Resolves when the process is ready for work. */
  readonly launch: () => Promise<UnitProcess>;
}

export interface UnitEvents {
  readonly say: (text: string) => void;
  /** The pid is another one now, or there is none. */
  readonly changed: () => void;
}

const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 10_000;
const STABLE_MS = 30_000;

/** Keeps one process alive: says when it dies, and starts it again with growing pauses. */
export class SupervisedUnit {
  private process: UnitProcess | undefined;
  private killNow: (() => void) | undefined;
  private pause: number;
  private abandon = new AbortController();
  /** Starts and stops of one unit never overlap. */
  private queue: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly definition: UnitDefinition,
    private readonly events: UnitEvents,
    private readonly keepAlive: boolean,
    private readonly firstPauseMs = FIRST_PAUSE_MS,
  ) {
    this.pause = firstPauseMs;
  }

  get name(): string {
    return this.definition.name;
  }

  get pid(): number | undefined {
    return this.process?.pid;
  }

  start(): Promise<void> {
    this.abandon = new AbortController();
    return this.inTurn(() => this.launch());
  }

  /** Ends it for good; a pending restart is called off. */
  stop(signal?: NodeJS.Signals, graceMs?: number): Promise<void> {
    this.abandon.abort();
    return this.inTurn(() => this.end(signal, graceMs));
  }

  /** At once and without its consent; for a stop that takes too long. */
  kill(): void {
    this.killNow?.();
  }

  /** Ends it when it runs, starts it, and resolves when it is ready. */
  restart(signal?: NodeJS.Signals): Promise<void> {
    this.abandon.abort();
    this.abandon = new AbortController();
    return this.inTurn(async () => {
      await this.end(signal);
      await this.launch();
    });
  }

  private inTurn(task: () => Promise<void>): Promise<void> {
    const turn = this.queue.then(task);
    this.queue = turn.catch(() => undefined);
    return turn;
  }

  private async end(signal?: NodeJS.Signals, graceMs?: number): Promise<void> {
    const running = this.process;
    this.process = undefined;
    this.killNow = () => void running?.stop('SIGKILL');
    await running?.stop(signal, graceMs);
    this.killNow = undefined;
    this.events.changed();
  }

  private async launch(): Promise<void> {
    const started = await this.definition.launch();
    this.process = started;
    this.events.changed();
    const since = performance.now();
    void started.exited.then((exit) => {
      if (this.process !== started) return;
      this.process = undefined;
      this.events.changed();
      if (performance.now() - since > STABLE_MS) this.pause = this.firstPauseMs;
      void this.revive(exit);
    });
  }

  private async revive(exit: ChildExit): Promise<void> {
    const { name, logFile } = this.definition;
    const { say } = this.events;
    const how = exit.signal === null ? `with exit code ${exit.code ?? '?'}` : `by ${exit.signal}`;
    const { signal } = this.abandon;
    if (!this.keepAlive) return say(`${name} ended ${how}; see ${logFile}.`);
    say(`${name} ended ${how} and is started again; see ${logFile}.`);
    while (!signal.aborted) {
      await delay(this.pause, undefined, { signal }).catch(() => undefined);
      this.pause = Math.min(this.pause * 2, LONGEST_PAUSE_MS);
      if (signal.aborted) return;
      try {
        await this.inTurn(() => (signal.aborted ? Promise.resolve() : this.launch()));
        return signal.aborted ? undefined : say(`${name} is back.`);
      } catch (error) {
        say(error instanceof Error ? error.message : String(error));
      }
    }
  }
}
