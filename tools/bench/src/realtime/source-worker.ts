import { setTimeout as delay } from 'node:timers/promises';
import { connectBus } from '@shotloom/bus';
import { jobChangedV1, subjects, type JobState } from '@shotloom/contracts';
import { openDatabase, OutboxRelay, type Database } from '@shotloom/database';
import { newId } from '@shotloom/kernel';
import { createLogger } from '@shotloom/service-kit';
import { MODEL, PROVIDER } from '../vendor/vendor-world';
import { clock, type RealtimeMessage, type Seen, type SourcePlan } from './realtime-plan';

/** What became due in this time is committed by one transaction, as the engine groups its moves under load. */
const GROUP_MS = 5;
const OUTBOX_SCHEMA = 'jobs';
const NAME = 'bench-source';

interface Job {
  readonly jobId: string;
  readonly userId: string;
  readonly accountId: string;
  version: number;
}

/** Resolves when all of it has been written: what was seen is long, and is told just before the end. */
const tell = (message: RealtimeMessage): Promise<void> =>
  new Promise((resolve) => process.send?.(message, undefined, undefined, () => resolve()));

/**
 * A process of its own that commits changes of jobs at a pace, with the outbox and the relay of the services: one more replica of
 * job-orchestrator, as far as Postgres, NATS and the notifier can tell. What an engine does before such a commit is not part of it.
 */
class Source {
  private readonly jobs: readonly Job[];
  private readonly seen: Seen[] = [];
  private turn = 0;

  constructor(
    private readonly plan: SourcePlan,
    private readonly database: Database<unknown>,
  ) {
    this.jobs = plan.users.map(({ userId, accountId }) => ({
      jobId: newId(),
      userId,
      accountId,
      version: 0,
    }));
  }

  async run(): Promise<void> {
    const { perSecond, warmUpSeconds, seconds } = this.plan;
    const began = clock();
    const countFrom = began + warmUpSeconds * 1000;
    const end = countFrom + seconds * 1000;
    let made = 0;
    const commits = new Set<Promise<void>>();
    for (let now = began; now < end; now = clock()) {
      const due = Math.floor(((now - began) / 1000) * perSecond) - made;
      made += due;
      if (due > 0) {
        // The next group does not wait for this one: the pace is the world's, not the database's.
        const commit = this.commit(due, now >= countFrom).finally(() => commits.delete(commit));
        commits.add(commit);
      }
      await delay(GROUP_MS);
    }
    await Promise.all(commits);
    await tell({ type: 'seen', seen: this.seen });
  }

  private async commit(count: number, counts: boolean): Promise<void> {
    const changed = Array.from({ length: count }, () => this.next());
    const states = changed.map(stateOf);
    await this.database.run(async (tx) => {
      for (const state of states) {
        const { jobId, ownerUserId } = state;
        const about = { partitionKey: jobId, correlationId: jobId, subject: subjects.jobs(ownerUserId) };
        tx.emit({ contract: jobChangedV1, payload: { state }, ...about });
      }
    });
    const at = clock();
    if (counts) this.seen.push(...states.map(({ jobId, version }) => ({ jobId, version, at })));
  }

  private next(): Job {
    const job = this.jobs[this.turn++ % this.jobs.length];
    if (job === undefined) throw new Error('There is no user whose job could change.');
    job.version += 1;
    return job;
  }
}

const stateOf = ({ jobId, userId, accountId, version }: Job): JobState => ({
  ...{ jobId, accountId, ownerUserId: userId, type: 'video', version, provider: PROVIDER, model: MODEL },
  ...{ status: 'processing', stage: 'running', conditions: [], progress: 0, progressEstimated: false },
  ...{ error: null, output: null, lateAssetId: null, notes: [], creditsHeld: 1, creditsCaptured: 0 },
  changedAt: new Date().toISOString(),
});

async function main(plan: SourcePlan): Promise<void> {
  const logger = createLogger({ service: NAME, level: 'warn' });
  const database = openDatabase<unknown>({
    ...{ url: plan.databaseUrl, applicationName: NAME, logger, outboxSchema: OUTBOX_SCHEMA },
  });
  const bus = await connectBus({ url: plan.natsUrl, name: NAME, logger });
  const relay = new OutboxRelay({
    ...{ database, schema: OUTBOX_SCHEMA, logger },
    publish: (subject, envelope, headers) => bus.publishEnvelope(subject, envelope, headers),
  });
  relay.start();
  await new Source(plan, database).run();
  await relay.stop();
  await Promise.all([database.close(), bus.drain()]);
  process.disconnect();
}

process.once('message', (plan: SourcePlan) => {
  main(plan).catch(async (error: unknown) => {
    await tell({ type: 'trouble', text: error instanceof Error ? error.message : String(error) });
    process.exitCode = 1;
    process.disconnect();
  });
});
// Without its parent nobody would stop it.
process.on('disconnect', () => process.exit());
