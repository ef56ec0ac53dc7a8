import { AppError } from '@shotloom/kernel';
import type { DeadLetterRecord } from '@shotloom/contracts';
import { listDead, purgeDead, replayDead, type Bus, type DeadMessage } from '@shotloom/bus';
import type { Database } from '@shotloom/database';
import type { JobsSchema } from '../schema/tables';
import { jobOf, toDeadLetterRecord } from './dead-letter-records';
import { noteForJob } from './note-for-job';

export interface OpsDeps {
  readonly database: Database<JobsSchema>;
  readonly bus: Bus;
}

export interface DeadLetterQuery {
  readonly stream?: string | undefined;
  readonly limit: number;
  readonly before?: number | undefined;
}

/** What became of one dead letter under an operator's hand. */
export interface DeadLetterDone {
  readonly seq: number;
  readonly done: 'replayed' | 'discarded' | 'refused';
  readonly subject: string;
  readonly type: string;
  readonly jobId: string | null;
  /** Whether the job's log says so; false where no job is concerned. */
  readonly logged: boolean;
  /** Why not, where it was refused. */
  readonly reason: string | null;
}

const PAGE = 100;
/** One call replays no more than this; sequences are kept in memory, bodies are not. */
const AT_MOST = 100_000;

/** Newest first. */
export async function listLetters(bus: Bus, query: DeadLetterQuery): Promise<DeadLetterRecord[]> {
  return (await readPage(bus, query)).map(toDeadLetterRecord);
}

/** One with its body, in which the queries of links are hidden: whoever has them has the video. Throws `not_found`. */
export async function showLetter(bus: Bus, seq: number): Promise<DeadLetterRecord & { body: string }> {
  const message = await findLetter(bus, seq);
  return { ...toDeadLetterRecord(message), body: withoutLinkQueries(message.body) };
}

/** Publishes it to its first subject again. Throws `not_found`, or `conflict` where its body cannot be read. */
export async function replayLetter({ database, bus }: OpsDeps, seq: number): Promise<DeadLetterDone> {
  const message = await findLetter(bus, seq);
  await replayDead(bus, seq);
  const about = toDeadLetterRecord(message);
  const text = `An operator replayed a message of it that had been given up (${about.type}).`;
  const logged = await noteForJob(database, jobOf(message), { level: 'WARN', text });
  return toDone(about, 'replayed', logged);
}

/** All that are there now, oldest first, so that what depends on each other comes in its order. */
export async function replayLetters(
  deps: OpsDeps,
  options: { readonly stream?: string | undefined },
): Promise<DeadLetterDone[]> {
  const results: DeadLetterDone[] = [];
  for (const seq of (await allSeqs(deps.bus, options.stream)).toReversed()) {
    try {
      results.push(await replayLetter(deps, seq));
    } catch (error) {
      const { code, message } = AppError.from(error);
      // Somebody else was faster, or its body is no message: the others are replayed all the same.
      if (code !== 'not_found' && code !== 'conflict') throw error;
      const nothing = { seq, subject: '', type: '', jobId: null };
      results.push({ ...nothing, done: 'refused', logged: false, reason: message });
    }
  }
  return results;
}

/** Removes it for good. Throws `not_found`. */
export async function discardLetter({ database, bus }: OpsDeps, seq: number): Promise<DeadLetterDone> {
  const message = await findLetter(bus, seq);
  await purgeDead(bus, seq);
  const about = toDeadLetterRecord(message);
  const text = `An operator discarded a message of it that had been given up (${about.type}).`;
  const logged = await noteForJob(database, jobOf(message), { level: 'WARN', text });
  return toDone(about, 'discarded', logged);
}

async function allSeqs(bus: Bus, stream: string | undefined): Promise<number[]> {
  const seqs: number[] = [];
  let before: number | undefined;
  while (seqs.length < AT_MOST) {
    const page = await readPage(bus, { stream, limit: PAGE, before });
    seqs.push(...page.map(({ seq }) => seq));
    before = page.at(-1)?.seq;
    if (before === undefined) break;
  }
  return seqs;
}

function readPage(bus: Bus, { stream, limit, before }: DeadLetterQuery): Promise<DeadMessage[]> {
  return listDead(bus, {
    limit,
    ...(stream === undefined ? {} : { stream }),
    ...(before === undefined ? {} : { before }),
  });
}

async function findLetter(bus: Bus, seq: number): Promise<DeadMessage> {
  const [message] = await listDead(bus, { limit: 1, before: seq + 1 });
  if (message?.seq === seq) return message;
  throw new AppError('not_found', `There is no dead message ${seq}.`);
}

function toDone(
  { seq, subject, type, jobId }: DeadLetterRecord,
  done: DeadLetterDone['done'],
  logged: boolean,
): DeadLetterDone {
  return { seq, done, subject, type, jobId, logged, reason: null };
}

function withoutLinkQueries(body: string): string {
  return body.replaceAll(/(https?:\/\/[^\s"\\?]+)\?[^\s"\\]*/g, '$1?[hidden]');
}
