import { createHash } from 'node:crypto';
import { listDead, type Bus } from '@shotloom/bus';
import { jobChangedV1, STREAMS } from '@shotloom/contracts';
import type { LoggedRequest, SentCallback, SimTask } from '@shotloom/vendor-simulators';
import { waitFor } from '@shotloom/testing';
import { sql } from 'kysely';
import type { Truth } from '../support/truth';
import type { ChaosClient } from './client';
import type { AssetFact, AttemptFact, BalanceFact, EventFact, Facts, HoldFact, JobFact } from './facts';

export interface Sources {
  readonly truth: Truth;
  readonly bus: Bus;
  readonly simulator: string;
  /** By user id. */
  readonly clients: ReadonlyMap<string, ChaosClient>;
}

/** Looks at everything, once all is quiet: rows, streams, objects, the vendor, and the videos as their owners get them. */
export async function readFacts({ truth, bus, simulator, clients }: Sources): Promise<Facts> {
  const jobs = await truth.rows(sql<JobFact>`
    SELECT job_id, owner_user_id, status, conditions, version, credits_held, credits_captured,
      deleted_at IS NOT NULL AS deleted, output->>'assetId' AS asset_id, late_asset_id,
      coalesce((metadata->>'chaos')::int, -1) AS order_number FROM jobs.jobs`);
  const [counts] = await truth.rows(
    sql<{ dead: number }>`SELECT ((SELECT count(*) FROM jobs.outbox WHERE dead_at IS NOT NULL)
      + (SELECT count(*) FROM media.outbox WHERE dead_at IS NOT NULL))::int AS dead`,
  );
  const ask = async <T>(path: string): Promise<T> =>
    (await fetch(`${simulator}/_sim/${path}`).then((response) => response.json())) as T;
  const { failures } = await ask<{ failures: number }>('counts');
  return {
    told: [...clients.values()].flatMap((client) => client.told),
    jobs,
    attempts: await truth.rows(
      sql<AttemptFact>`SELECT attempt_id, job_id, provider, status, vendor_task_id, price_credits,
        error->>'code' AS error_code FROM jobs.attempts`,
    ),
    assets: await truth.rows(sql<AssetFact>`
      SELECT asset_id, job_id, attempt_id, object_key, poster_key, deleted_at IS NOT NULL AS deleted,
        objects_removed_at IS NOT NULL AS emptied FROM media.assets WHERE origin = 'generated'`),
    holds: await truth.rows(sql<HoldFact>`
      SELECT hold.id, hold.state, hold.amount::int, hold.captured_amount::int,
        (SELECT count(*) FROM ledger.resolutions WHERE hold_id = hold.id)::int AS resolutions FROM ledger.holds AS hold`),
    balances: await readBalances(truth),
    ledgerProblems: await truth.ledgerProblems(),
    events: await readEvents(bus),
    tasks: await ask<SimTask[]>('tasks'),
    requests: await ask<LoggedRequest[]>('requests'),
    callbacks: await ask<SentCallback[]>('callbacks'),
    simulatorFailures: failures,
    objects: [...(await truth.objectKeys('attempts/')), ...(await truth.objectKeys('posters/'))],
    dead: await listDead(bus, { limit: 100 }),
    deadOutbox: counts?.dead ?? 0,
    videos: await lookAtVideos(truth, clients),
  };
}

/** By user, since each of the suite's users pays alone. */
function readBalances(truth: Truth): Promise<BalanceFact[]> {
  return truth.rows(sql<BalanceFact>`
    SELECT users.id AS owner_id,
      (SELECT coalesce(sum(amount), 0) FROM ledger.lots WHERE owner_id = users.account_id)::int AS granted,
      sum(balance) FILTER (WHERE kind = 'available')::int AS available,
      sum(balance) FILTER (WHERE kind = 'held')::int AS held,
      sum(balance) FILTER (WHERE kind = 'captured')::int AS captured
    FROM ledger.accounts JOIN identity.users ON users.account_id = ledger.accounts.owner_id GROUP BY users.id`);
}

async function readEvents(bus: Bus): Promise<EventFact[]> {
  const { lastSeq } = await bus.streamState(STREAMS.jobs.name);
  const events: EventFact[] = [];
  let reached = 0;
  const reader = await bus.readOrdered({
    stream: STREAMS.jobs.name,
    startSeq: 1,
    onMessage: ({ envelope, seq }) => {
      reached = seq;
      if (envelope.type !== jobChangedV1.type) return;
      const { state } = jobChangedV1.payload.parse(envelope.payload);
      const late = state.lateAssetId !== null;
      events.push({ job_id: state.jobId, version: state.version, status: state.status, late });
    },
  });
  await waitFor(() => reached >= lastSeq, { what: 'every event to be read', timeoutMs: 30_000 });
  await reader.stop();
  return events;
}

async function lookAtVideos(
  truth: Truth,
  clients: ReadonlyMap<string, ChaosClient>,
): Promise<Map<string, string | null>> {
  const finished = await truth.rows(
    sql<{
      job_id: string;
      owner_user_id: string;
      sha256: string;
    }>`SELECT job_id, owner_user_id, output->>'sha256' AS sha256
      FROM jobs.jobs WHERE status = 'completed' AND deleted_at IS NULL`,
  );
  const videos = new Map<string, string | null>();
  for (const { job_id: jobId, owner_user_id: owner, sha256 } of finished) {
    const video = (await clients.get(owner)?.video(jobId)) ?? 'its owner is not one of ours';
    videos.set(jobId, typeof video === 'string' ? video : videoProblem(video, sha256));
  }
  return videos;
}

function videoProblem(video: Buffer, sha256: string): string | null {
  if (video.toString('latin1', 4, 8) !== 'ftyp') return 'it is no MP4';
  const actual = createHash('sha256').update(video).digest('hex');
  return actual === sha256 ? null : `its sha256 is ${actual}, and the job says ${sha256}`;
}
