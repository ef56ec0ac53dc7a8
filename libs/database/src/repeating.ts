/** Runs a chore again and again, one run at a time, with a little jitter so that replicas do not march in step. */
export class Repeating {
  readonly #everyMs: number;
  readonly #chore: () => Promise<void>;
  readonly #onError: (error: unknown) => void;
  #timer: NodeJS.Timeout | undefined;
  #current: Promise<void> = Promise.resolve();
  #running = false;

  constructor(everyMs: number, chore: () => Promise<void>, onError: (error: unknown) => void) {
    this.#everyMs = everyMs;
    this.#chore = chore;
    this.#onError = onError;
  }

  start(): void {
    if (this.#running) return;
    this.#running = true;
    this.#schedule();
  }

  async stop(): Promise<void> {
    this.#running = false;
    clearTimeout(this.#timer);
    await this.#current;
  }

  #schedule(): void {
    const wait = this.#everyMs * (0.8 + 0.4 * Math.random());
    this.#timer = setTimeout(() => {
      this.#current = this.#run();
    }, wait).unref();
  }

  async #run(): Promise<void> {
    try {
      await this.#chore();
    } catch (error) {
      this.#onError(error);
    }
    if (this.#running) this.#schedule();
  }
}
