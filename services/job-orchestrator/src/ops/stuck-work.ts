import { sql } from 'kysely';
import { STREAMS } from '@shotloom/contracts';
import { consumerStates, countDead, type Bus, type ConsumerState, type DeadCount } from '@shotloom/bus';
import { clockOnce, OUTBOX_PARTITIONS, type Database } from '@shotloom/database';
import type { JobsSchema } from '../schema/tables';
import { STUCK_SECONDS } from './audit/check-attempts';
import { readProviders, type ProviderFacts } from './provider-facts';
import { readWaitingHeads, type WaitingJob } from './waiting-jobs';

const SHOWN = 20;
const QUEUES = [STREAMS.work, STREAMS.polls, STREAMS.attempts, STREAMS.media, STREAMS.results];

export interface OverdueAttempt {
  readonly jobId: string;
  readonly attemptId: string;
  readonly provider: string;
  readonly status: string;
  readonly overdueSeconds: number;
  readonly resends: number;
  readonly lapses: number;
}

export interface OutboxLane {
  readonly partition: number;
  readonly oldestSeconds: number;
}

export interface LateTimer {
  readonly attemptId: string;
  readonly provider: string;
  readonly verb: string;
  readonly lateSeconds: number;
  readonly misses: number;
}

/** Work that does not move, and as far as the tables and the server tell, why. */
export interface StuckReport {
  readonly attempts: readonly OverdueAttempt[];
  readonly lanes: readonly OutboxLane[];
  readonly timers: readonly LateTimer[];
  readonly consumers: readonly ConsumerState[];
  readonly deadLetters: readonly DeadCount[];
  readonly providers: readonly ProviderFacts[];
  readonly waiting: readonly WaitingJob[];
}

/** Reads the heads of each queue, never a whole one. Changes nothing. */
export async function findStuck(database: Database<JobsSchema>, bus: Bus): Promise<StuckReport> {
  const providers = await readProviders(database);
  return {
    attempts: await readOverdue(database),
    lanes: await readLanes(database),
    timers: await readLateTimers(database),
    consumers: await consumerStates(
      bus,
      QUEUES.map(({ name }) => name),
    ),
    deadLetters: await countDead(bus),
    providers,
    waiting: await readWaitingHeads(database, providers),
  };
}

async function readOverdue(database: Database<JobsSchema>): Promise<readonly OverdueAttempt[]> {
  const { rows } = await sql<OverdueAttempt>`
    SELECT job_id AS "jobId", attempt_id AS "attemptId", provider, status, resends, lapses,
      extract(epoch FROM clock_timestamp() - due_at)::float8 AS "overdueSeconds"
    FROM jobs.attempts
    WHERE finished_at IS NULL AND due_at < ${clockOnce} - make_interval(secs => ${STUCK_SECONDS})
    ORDER BY due_at LIMIT ${SHOWN}`.execute(database.sql);
  return rows;
}

/** One index probe a lane. */
async function readLanes(database: Database<JobsSchema>): Promise<readonly OutboxLane[]> {
  const { rows } = await sql<OutboxLane>`
    SELECT lane AS partition, extract(epoch FROM clock_timestamp() - front.created_at)::float8 AS "oldestSeconds"
    FROM generate_series(0, ${OUTBOX_PARTITIONS - 1}::int) AS lane
    CROSS JOIN LATERAL (SELECT created_at FROM jobs.outbox
      WHERE partition = lane::smallint AND published_at IS NULL AND dead_at IS NULL ORDER BY seq LIMIT 1) AS front
    ORDER BY lane`.execute(database.sql);
  return rows;
}

async function readLateTimers(database: Database<JobsSchema>): Promise<readonly LateTimer[]> {
  const { rows } = await sql<LateTimer>`
    SELECT attempt_id AS "attemptId", provider, verb, misses,
      extract(epoch FROM clock_timestamp() - next_poll_at)::float8 AS "lateSeconds"
    FROM jobs.timers WHERE next_poll_at < ${clockOnce} - make_interval(secs => ${STUCK_SECONDS})
    ORDER BY next_poll_at LIMIT ${SHOWN}`.execute(database.sql);
  return rows;
}
