import { AppError } from '@shotloom/kernel';
import type { Catalogue, JobRecord } from '@shotloom/contracts';
import { logJob } from '../log/log-entry';
import { countGenerations, giveBackGenerations } from './accept-generations';
import { holdAll } from './accept-holds';
import { assertSameBody, claimKeys, giveBackKeys, keyName, type KnownKey } from './accept-keys';
import type { AcceptAnswer, AcceptOutcome, AcceptRequest } from './accept-request';
import { checkRetries } from './accept-retries';
import { insertJobs, toNewJobs } from './accept-rows';
import { openLanes } from '../scheduler/lanes';
import { emitChanged, type JobsTx } from './job-changes';
import { findJobs } from './job-queries';
import { toJobRecord } from './job-row';

type Outcomes = Map<AcceptRequest, AcceptOutcome>;

/**
 * Accepts many requests in the caller's transaction, each wholly or not at all: idempotency keys, holds, jobs, log and events, each by
 * one statement whatever their number. The outcome is as if they had come one after the other in this order. Throws where one can
 * only be undone by a rollback.
 */
export async function acceptJobs(
  tx: JobsTx,
  catalogue: Catalogue,
  requests: readonly AcceptRequest[],
): Promise<readonly AcceptOutcome[]> {
  const outcomes: Outcomes = new Map();
  const { leaders, followers } = byKey(requests);
  const known = await claimKeys(tx, leaders);
  const isKnown = (request: AcceptRequest): boolean => known.has(keyName(request) ?? '');
  await replay(tx, outcomes, requests.filter(isKnown), known);
  await acceptNew(
    tx,
    catalogue,
    leaders.filter((request) => !isKnown(request)),
    outcomes,
  );
  for (const [follower, leader] of followers) {
    if (!outcomes.has(follower)) outcomes.set(follower, follow(follower, leader, outcomes.get(leader)));
  }
  return requests.map((request) => outcomes.get(request) ?? { kind: 'again' });
}

/** Of requests with the same key the first leads; what becomes of the others follows from it. */
function byKey(requests: readonly AcceptRequest[]): {
  leaders: AcceptRequest[];
  followers: Map<AcceptRequest, AcceptRequest>;
} {
  const first = new Map<string, AcceptRequest>();
  const leaders: AcceptRequest[] = [];
  const followers = new Map<AcceptRequest, AcceptRequest>();
  for (const request of requests) {
    const name = keyName(request);
    const leader = name === undefined ? undefined : first.get(name);
    if (leader) followers.set(request, leader);
    else leaders.push(request);
    if (name !== undefined && !leader) first.set(name, request);
  }
  return { leaders, followers };
}

async function acceptNew(
  tx: JobsTx,
  catalogue: Catalogue,
  requests: readonly AcceptRequest[],
  outcomes: Outcomes,
): Promise<void> {
  const refused = new Map(await checkRetries(tx, requests));
  const sound = requests.filter((request) => !refused.has(request));
  await openLanes(
    tx,
    sound.map(({ request: { provider }, userId, weight, price }) => ({
      provider,
      ownerUserId: userId,
      weight,
      ownKey: price.ownKey === true,
    })),
  );
  for (const [request, error] of await countGenerations(tx, sound)) refused.set(request, error);
  const counted = sound.filter((request) => !refused.has(request));
  const held = counted.length > 0 ? await holdAll(tx, counted) : undefined;
  for (const [request, error] of held?.refused ?? []) refused.set(request, error);
  await giveBackGenerations(tx, [...(held?.refused.keys() ?? [])]);
  const paid = counted.filter((request) => !refused.has(request));
  const made = makeJobs(tx, catalogue, paid, held?.at ?? new Date());
  for (const request of paid) {
    const jobs = request.jobIds.map((jobId) => recordOf(made, jobId));
    outcomes.set(request, { kind: 'answer', answer: { jobs, replayed: false } });
  }
  for (const [request, error] of refused) outcomes.set(request, { kind: 'refused', error });
  await giveBackKeys(tx, [...refused.keys()]);
}

function makeJobs(
  tx: JobsTx,
  catalogue: Catalogue,
  requests: readonly AcceptRequest[],
  at: Date,
): ReadonlyMap<string, JobRecord> {
  const made = requests.flatMap((request) => toNewJobs(request, catalogue.get(request.request.model)));
  const jobs = insertJobs(tx, made, at);
  for (const { job_id: jobId, model, credits_held: held } of jobs) {
    logJob(tx, jobId, { level: 'INFO', text: `Accepted for ${model}; ${held} credits are held.` });
  }
  for (const job of jobs) emitChanged(tx, job);
  return new Map(jobs.map((job) => [job.job_id, toJobRecord({ ...job, attempt_progress: null })]));
}

function recordOf(jobs: ReadonlyMap<string, JobRecord>, jobId: string): JobRecord {
  const job = jobs.get(jobId);
  if (job) return job;
  throw new AppError('internal', `Job ${jobId} was accepted and is not there.`);
}

/** Requests whose key was used before: the jobs of the first of them, as they are now. */
async function replay(
  tx: JobsTx,
  outcomes: Outcomes,
  requests: readonly AcceptRequest[],
  known: ReadonlyMap<string, KnownKey>,
): Promise<void> {
  if (requests.length === 0) return;
  const found = await findJobs(
    tx.sql,
    requests.map(({ userId }) => userId),
    [...known.values()].flatMap(({ jobIds }) => jobIds),
  );
  const jobs = new Map(found.map((job) => [job.jobId, job]));
  for (const request of requests) {
    const key = known.get(keyName(request) ?? '');
    if (key)
      outcomes.set(
        request,
        attempt(() => replayOne(request, key, jobs)),
      );
  }
}

function replayOne(
  request: AcceptRequest,
  key: KnownKey,
  found: ReadonlyMap<string, JobRecord>,
): AcceptAnswer {
  assertSameBody(request, key.bodyHash);
  const jobs = key.jobIds
    .flatMap((jobId) => found.get(jobId) ?? [])
    .filter(({ ownerUserId }) => ownerUserId === request.userId);
  if (jobs.length > 0) return { jobs, replayed: true };
  throw new AppError(
    'conflict',
    'The job of this Idempotency-Key was deleted. Use a new key to make another.',
  );
}

/** What a request gets whose key another one of this group has just claimed. */
function follow(
  request: AcceptRequest,
  leader: AcceptRequest,
  outcome: AcceptOutcome | undefined,
): AcceptOutcome {
  if (outcome?.kind !== 'answer') return { kind: 'again' };
  const { jobs } = outcome.answer;
  return attempt(() => {
    assertSameBody(request, leader.idempotency?.bodyHash ?? '');
    return { jobs, replayed: true };
  });
}

function attempt(answer: () => AcceptAnswer): AcceptOutcome {
  try {
    return { kind: 'answer', answer: answer() };
  } catch (error) {
    return { kind: 'refused', error: AppError.from(error) };
  }
}
