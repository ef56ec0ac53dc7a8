import type { Database, DeadOutboxMessage } from '@shotloom/database';
import { listDeadOutbox, replayDeadOutbox } from '@shotloom/database';
import { AppError } from '@shotloom/kernel';
import type { JobsSchema } from '../schema/tables';
import { jobOf } from './dead-letter-records';
import { noteForJob } from './note-for-job';
import { SCHEMA } from '../schema/migrations';

/** A message that the bus refused for good, without its body. */
export interface DeadOutboxRecord {
  readonly id: string;
  readonly seq: number;
  readonly subject: string;
  readonly type: string;
  readonly jobId: string | null;
  readonly reason: string;
  readonly deadAt: string;
}

const PAGE = 100;
const AT_MOST = 100_000;

/** Newest first, of the outbox of jobs. */
export async function listOutbox(
  database: Database<JobsSchema>,
  options: { readonly limit: number; readonly before?: number | undefined },
): Promise<DeadOutboxRecord[]> {
  const { limit, before } = options;
  const page = await listDeadOutbox(database, SCHEMA, {
    limit,
    ...(before === undefined ? {} : { before }),
  });
  return page.map(toRecord);
}

/** Gives it back to its lane, under its own id. Throws `not_found`. */
export async function replayOutbox(
  database: Database<JobsSchema>,
  id: string,
): Promise<{ id: string; jobId: string | null; logged: boolean }> {
  const message = await findOutbox(database, id);
  await replayDeadOutbox(database, SCHEMA, id);
  const jobId = jobOf(message);
  const text = `An operator sent a message of it that the bus had refused again (${message.envelope.type}).`;
  return { id, jobId, logged: await noteForJob(database, jobId, { level: 'WARN', text }) };
}

/** All that are dead now, oldest first. */
export async function replayOutboxes(
  database: Database<JobsSchema>,
): Promise<{ id: string; jobId: string | null; logged: boolean }[]> {
  const ids: string[] = [];
  let before: number | undefined;
  while (ids.length < AT_MOST) {
    const page = await listOutbox(database, { limit: PAGE, before });
    ids.push(...page.map(({ id }) => id));
    before = page.at(-1)?.seq;
    if (before === undefined) break;
  }
  const results = [];
  for (const id of ids.toReversed()) results.push(await replayOutbox(database, id));
  return results;
}

/** Looks through the newest pages: an outbox with more dead messages than this is replayed as a whole. */
async function findOutbox(database: Database<JobsSchema>, id: string): Promise<DeadOutboxMessage> {
  let before: number | undefined;
  for (let looked = 0; looked < AT_MOST; looked += PAGE) {
    const page = await listDeadOutbox(database, SCHEMA, {
      limit: PAGE,
      ...(before === undefined ? {} : { before }),
    });
    const found = page.find((message) => message.id === id);
    if (found) return found;
    before = page.at(-1)?.seq;
    if (before === undefined) break;
  }
  throw new AppError('not_found', `There is no dead message ${id} in the outbox.`);
}

function toRecord(message: DeadOutboxMessage): DeadOutboxRecord {
  const { id, seq, subject, reason, envelope, deadAt } = message;
  const about = { type: envelope.type, jobId: jobOf(message) };
  return { id, seq: Number(seq), subject, reason, deadAt: deadAt.toISOString(), ...about };
}
