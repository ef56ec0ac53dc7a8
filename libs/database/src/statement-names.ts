/** A statement is prepared from its third run on: what is written once is not worth a plan that is kept. */
const RUNS_BEFORE = 2;
/** Each connection keeps a plan for each name; texts made of data (long IN lists, say) must not fill its memory. */
const MOST_NAMES = 300;
const MOST_COUNTED = 2_000;
/** Longer texts are mostly lists. Characters. */
const LONGEST = 8_000;

/**
 * Names for statements that run again and again, so that Postgres parses and plans each once per connection. A name stands for one
 * text; `renew` gives all of them new names, for when a migration has changed what a prepared one would answer.
 */
export class StatementNames {
  readonly #counts = new Map<string, number>();
  readonly #names = new Map<string, string>();
  #epoch = 0;
  #enabled: boolean;

  constructor(enabled: boolean) {
    this.#enabled = enabled;
  }

  /** Undefined where the statement is better sent as it is. */
  nameOf(text: string): string | undefined {
    if (!this.#enabled || text.length > LONGEST) return undefined;
    const known = this.#names.get(text);
    if (known !== undefined) return `${known}_${this.#epoch}`;
    const runs = (this.#counts.get(text) ?? 0) + 1;
    if (this.#counts.size >= MOST_COUNTED) this.#counts.clear();
    this.#counts.set(text, runs);
    if (runs <= RUNS_BEFORE || this.#names.size >= MOST_NAMES) return undefined;
    this.#counts.delete(text);
    const name = `shotloom_${this.#names.size}`;
    this.#names.set(text, name);
    return `${name}_${this.#epoch}`;
  }

  renew(): void {
    this.#epoch += 1;
  }

  /** For a pooler that gives each transaction another connection of the server's. */
  disable(): void {
    this.#enabled = false;
  }
}

/** Postgres' words for a prepared `SELECT *` after a migration added a column. */
export function isStalePlan(error: unknown): boolean {
  if (typeof error !== 'object' || error === null) return false;
  const { code, message } = error as { code?: unknown; message?: unknown };
  return code === '0A000' && typeof message === 'string' && message.includes('cached plan');
}
