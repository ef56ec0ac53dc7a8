import type { Logger } from './logger';

interface Step {
  readonly name: string;
  readonly stop: () => Promise<void>;
}

/**
 * Stops a process in the reverse order of its start, once, on SIGTERM or SIGINT. When the steps take longer than the
 * limit the process ends all the same: everything we do survives a kill, and an orchestrator would kill us next.
 */
export class Shutdown {
  private readonly steps: Step[] = [];
  private running: Promise<void> | undefined;

  constructor(
    private readonly logger: Logger,
    private readonly limitMs: number,
  ) {}

  add(name: string, stop: () => Promise<void>): void {
    this.steps.unshift({ name, stop });
  }

  listen(): void {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      process.once(signal, () => {
        this.logger.info({ signal }, 'stopping');
        void this.run().then(() => process.exit(0));
      });
    }
  }

  run(): Promise<void> {
    this.running ??= this.stopAll();
    return this.running;
  }

  private async stopAll(): Promise<void> {
    const limit = setTimeout(() => {
      this.logger.error(
        { limitMs: this.limitMs },
        'stopping took too long: ending now, unfinished work is redelivered',
      );
      process.exit(1);
    }, this.limitMs);
    for (const step of this.steps) {
      try {
        await step.stop();
      } catch (error) {
        this.logger.error({ err: error, step: step.name }, 'a step of the shutdown failed');
      }
    }
    clearTimeout(limit);
    this.logger.info('stopped');
  }
}
