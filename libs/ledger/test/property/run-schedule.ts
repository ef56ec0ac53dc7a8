import { sql } from 'kysely';
import type { Database } from '@shotloom/database';
import type { LedgerExecutor } from '@shotloom/ledger';
import { holdsAskedFor, holdsMade, make, type Answer, type Call } from './calls';
import type { Fate, Step, World } from './steps';

/** One call as it happened. */
export interface Happening {
  /** Drawn while the call's locks were held, so that of two calls that met the first has the smaller one. */
  readonly order: number;
  readonly call: Call;
  readonly answer: Answer;
  readonly committed: boolean;
  /** Holds that it asked for and that nobody had been told of when it began: it may not have seen them. */
  readonly uncertain: ReadonlySet<string>;
}

class Undone extends Error {}

/** How often a transaction was tried more than once although nothing was cut: each is a deadlock. */
export interface Counts {
  deadlocks: number;
}

export async function prepareOrder(database: Database<unknown>): Promise<void> {
  await sql`create sequence if not exists public.test_order cache 1`.execute(database.sql);
}

/** Runs several schedules at once, each in its own order, and tells what happened in the order of the locks. */
export async function runSchedules(
  database: Database<unknown>,
  world: World,
  schedules: readonly (readonly Step[])[],
  counts: Counts,
): Promise<Happening[]> {
  const run = new Run(database, counts);
  for (const call of world.beginnings()) await run.follow(call, 'answered');
  await Promise.all(
    schedules.map(async (steps) => {
      for (const step of steps) await run.follow(world.toCall(step), step.fate);
    }),
  );
  return run.happenings.sort((a, b) => a.order - b.order);
}

class Run {
  readonly happenings: Happening[] = [];
  private readonly told = new Set<string>();

  constructor(
    private readonly database: Database<unknown>,
    private readonly counts: Counts,
  ) {}

  async follow(call: Call, fate: Fate): Promise<void> {
    switch (fate) {
      case 'answered':
      case 'cut':
        return this.attempt(call, fate);
      case 'given up':
        return this.attempt(call, 'undone');
      case 'lost':
      case 'undone':
        await this.attempt(call, fate);
        return this.attempt(call, 'answered');
      case 'twice':
        await Promise.all([this.attempt(call, 'answered'), this.attempt(call, 'answered')]);
        return;
    }
  }

  private async attempt(call: Call, fate: 'answered' | 'lost' | 'undone' | 'cut'): Promise<void> {
    const uncertain = new Set(holdsAskedFor(call).filter((holdId) => !this.told.has(holdId)));
    const seen: { order: number; answer: Answer }[] = [];
    let attempts = 0;
    const work = this.database.run(async (tx) => {
      attempts += 1;
      const happened = await once(tx.sql, call);
      if (fate === 'cut' && attempts === 1)
        await sql`select pg_terminate_backend(pg_backend_pid())`.execute(tx.sql);
      seen.push(happened);
      if (fate === 'undone' || 'error' in happened.answer) throw new Undone();
    });
    const committed = await work.then(
      () => true,
      (error: unknown) => {
        if (error instanceof Undone) return false;
        throw error;
      },
    );
    this.counts.deadlocks += attempts - (fate === 'cut' ? 2 : 1);
    const last = seen.at(-1);
    if (!last) throw new Error('A transaction ended without its work.');
    this.happenings.push({ ...last, call, committed, uncertain });
    if (committed && fate !== 'lost')
      for (const holdId of holdsMade(call, last.answer)) this.told.add(holdId);
  }
}

/** Makes the call and draws its number before its locks are let go. What the ledger refuses is an answer too. */
async function once(ex: LedgerExecutor, call: Call): Promise<{ order: number; answer: Answer }> {
  const answer = await make(ex, call).catch((error: unknown) => {
    const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
    if (code === 'conflict' || code === 'not_found') return { error: code };
    throw error;
  });
  const { rows } = await sql<{ order: number }>`select nextval('public.test_order')::int as order`.execute(
    ex,
  );
  const [row] = rows;
  if (!row) throw new Error('The sequence gave nothing.');
  return { order: row.order, answer };
}
