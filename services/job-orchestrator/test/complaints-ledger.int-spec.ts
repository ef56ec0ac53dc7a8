import fc from 'fast-check';
import { sql } from 'kysely';
import { consumerStates } from '@shotloom/bus';
import { cancelJobRpc } from '@shotloom/contracts';
import { getBalance } from '@shotloom/ledger';
import { waitFor } from '@shotloom/testing';
import { resolveUncertain } from '../src/attempts/resolve-uncertain';
import { checkAll } from '../src/ops/invariants/check-all';
import type { User, Work } from './harness';
import { errorRecord, PRICE, running, succeeded, VendorHarness } from './vendor-harness';

/** Money under duplicated and lost messages. docs/trust.md has the list of complaints that this belongs to. */
jest.setTimeout(180_000);

let harness: VendorHarness;
beforeAll(async () => {
  harness = await VendorHarness.start();
});
afterAll(() => harness.stop());

const run = (query: ReturnType<typeof sql>) => query.execute(harness.core.database.sql);

interface Play {
  readonly user: User;
  readonly work: Work;
  readonly fence: number;
}
const failed = errorRecord({ code: 'content_rejected', outcome: 'accepted' });

/** Everything that anybody may say of a job, true or not, early or late. */
const REPORTS = {
  submitted: ({ work, fence }: Play) => harness.submitted(work, fence),
  uncertain: ({ work, fence }: Play) => harness.uncertain(work, fence),
  refused: ({ work, fence }: Play) => harness.refused(work, fence, failed),
  running: ({ work }: Play) => harness.seen(work, running(0.5)),
  succeeded: ({ work }: Play) => harness.seen(work, succeeded()),
  failed: ({ work }: Play) => harness.seen(work, { kind: 'failed', error: failed, cost: null }),
  unknown: ({ work }: Play) => harness.seen(work, { kind: 'notFound' }),
  stored: ({ user, work }: Play) => harness.stored(user, work),
  notStored: ({ work }: Play) => harness.ingestFailed(work, errorRecord({ code: 'media_invalid' })),
  cancelled: ({ user, work }: Play) =>
    harness.core.bus
      .request(cancelJobRpc, { userId: user.userId, jobId: work.jobId })
      // It has ended, or the answer was lost: both are part of the play.
      .then(
        () => undefined,
        () => undefined,
      ),
};
type Report = keyof typeof REPORTS;

/** A job's story: reports in their order, each so many times. A missing one is a lost one. */
const storyArbitrary = fc.array(
  fc.record({
    report: fc.constantFrom<Report[]>(...(Object.keys(REPORTS) as Report[])),
    copies: fc.integer({ min: 1, max: 3 }),
  }),
  { minLength: 2, maxLength: 8 },
);
const JOBS = 8;

async function begin(user: User): Promise<Play> {
  const { jobId } = await harness.accept(user);
  const offered = (): Work | undefined => harness.core.work.find((work) => work.jobId === jobId);
  const work = await waitFor(
    async () => {
      // Outages of an earlier play must not keep this one waiting.
      await run(sql`DELETE FROM jobs.breakers`);
      return offered();
    },
    { what: 'the work', timeoutMs: 30_000 },
  );
  return { user, work, fence: await harness.begun(work) };
}

/** Ends every connection of the service in the middle of what it does: it cannot know which of its commits came through. */
const cutDatabase = () =>
  run(sql`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE application_name = 'job-orchestrator' AND datname = current_database()`);

async function tell(play: Play, story: readonly { report: Report; copies: number }[]): Promise<void> {
  for (const { report, copies } of story) {
    await Promise.all(Array.from({ length: copies }, () => REPORTS[report](play)));
  }
}

async function idle(): Promise<boolean> {
  const states = await consumerStates(harness.core.bus, ['ATTEMPTS', 'RESULTS']);
  return states.every(({ pending, unacked }) => pending + unacked === 0);
}

/** Brings what a story left open to its end, as time, the vendor or the operator would. */
async function bringToAnEnd({ user, work }: Play): Promise<boolean> {
  const { status } = await harness.core.job(user, work.jobId);
  if (status === 'completed' || status === 'failed' || status === 'cancelled') return true;
  const attempt = await harness.lastAttempt(work.jobId);
  const { attempt_id: attemptId = '' } = attempt ?? {};
  switch (attempt?.status) {
    case 'storing':
      await harness.stored(user, work);
      break;
    case 'sending':
      await harness.makeDue(work.jobId);
      break;
    case 'uncertain':
      await harness.core.database.run((tx) => resolveUncertain(tx, attemptId, { kind: 'give_up' }));
      break;
    case 'submitted':
    case 'running':
      await harness.seen(work, succeeded());
      break;
    default:
      await REPORTS.cancelled({ user, work, fence: 0 });
  }
  return false;
}

// Fails where a settlement is posted again when its answer, or its ack, was lost.
it('ledger sums to zero under duplicated and lost acks', async () => {
  const property = fc.asyncProperty(
    fc.array(storyArbitrary, { minLength: JOBS, maxLength: JOBS }),
    async (stories) => {
      const user = await harness.core.user(JOBS * PRICE);
      const plays: Play[] = [];
      // No more at a time than a user may have.
      for (let from = 0; from < JOBS; from += 2) {
        const pair = await Promise.all([begin(user), begin(user)]);
        plays.push(...pair);
        const told = pair.map((play, index) => tell(play, stories[from + index] ?? []));
        await Promise.all([...told, cutDatabase()]);
        await waitFor(idle, { what: 'every report to be acked', timeoutMs: 60_000 });
        for (const play of pair) {
          await waitFor(() => bringToAnEnd(play), {
            what: `the end of ${play.work.jobId}`,
            timeoutMs: 30_000,
          });
        }
      }
      await waitFor(idle, { what: 'every report to be acked', timeoutMs: 60_000 });
      await expectExact(user, plays);
    },
  );
  await fc.assert(property, { numRuns: 3, endOnFailure: true });
});

async function expectExact(user: User, plays: readonly Play[]): Promise<void> {
  let captured = 0;
  for (const { work } of plays) {
    const { status } = await harness.core.job(user, work.jobId);
    const end = status === 'completed' ? 'capture' : 'release';
    if (status === 'completed') captured += PRICE;
    expect(await harness.transfers(work.jobId)).toEqual([`hold ${PRICE}`, `${end} ${PRICE}`]);
  }
  const { database, bus } = harness.core;
  expect(await getBalance(database.sql, user.accountId)).toMatchObject({
    available: JOBS * PRICE - captured,
    held: 0,
  });
  const { rows } = await sql<{ sum: number }>`SELECT sum(balance)::int AS sum FROM ledger.accounts`.execute(
    database.sql,
  );
  expect(rows).toEqual([{ sum: 0 }]);
  expect((await checkAll({ database, bus }, { keepPerRule: 5 })).violations).toEqual([]);
}
