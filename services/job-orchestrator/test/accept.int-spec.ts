import * as fc from 'fast-check';
import { sql } from 'kysely';
import { newId } from '@shotloom/kernel';
import { acceptJobsRpc, Catalogue } from '@shotloom/contracts';
import { migrate, openDatabase, type Database } from '@shotloom/database';
import { checkInvariants, getBalance, ledgerMigrations } from '@shotloom/ledger';
import { createTestDatabase, silentLogger, waitFor, type TestDatabase } from '@shotloom/testing';
import { acceptJobs } from '../src/jobs/accept-jobs';
import { AcceptQueue } from '../src/jobs/accept-queue';
import type { AcceptAnswer, AcceptOutcome, AcceptRequest } from '../src/jobs/accept-request';
import { jobsMigrations } from '../src/schema/migrations';
import type { JobsSchema } from '../src/schema/tables';
import { acceptRequest, fundedUser, type User } from './accept-arrange';

jest.setTimeout(120_000);

const catalogue = new Catalogue(new Set(['animatic']));
let testDatabase: TestDatabase;
let database: Database<JobsSchema>;
beforeAll(async () => {
  testDatabase = await createTestDatabase();
  await migrate({ url: testDatabase.url }, [ledgerMigrations, jobsMigrations]);
  database = openDatabase<JobsSchema>({
    url: testDatabase.url,
    applicationName: 'test',
    logger: silentLogger(),
    outboxSchema: 'jobs',
  });
});
afterAll(async () => {
  expect(await checkInvariants(database.sql)).toEqual([]);
  await database.close();
  await testDatabase.drop();
});

const user = (amount: number): Promise<User> => fundedUser(database.sql, amount);
const soon = (ms = 10_000): Date => new Date(Date.now() + ms);
const balance = ({ accountId }: User) => getBalance(database.sql, accountId);
const key = (name: string, bodyHash = 'h') => ({ route: '/generate', key: name, bodyHash });

function acceptGroup(requests: readonly AcceptRequest[]): Promise<readonly AcceptOutcome[]> {
  return database.run((tx) => acceptJobs(tx, catalogue, requests));
}

/** `accepted`, `replayed`, an error's code, or `again`. */
function summary(outcome: AcceptOutcome | undefined): string {
  if (outcome?.kind === 'answer') return outcome.answer.replayed ? 'replayed' : 'accepted';
  return outcome?.kind === 'refused' ? outcome.error.code : 'again';
}

function openQueue(): { queue: AcceptQueue; accepted: AcceptRequest[] } {
  const accepted: AcceptRequest[] = [];
  const onAccepted = (request: AcceptRequest): void => void accepted.push(request);
  return { queue: new AcceptQueue({ database, catalogue, onAccepted }), accepted };
}

async function settle(calls: readonly Promise<AcceptAnswer>[]): Promise<string[]> {
  const results = await Promise.allSettled(calls);
  return results.map((result) => {
    if (result.status === 'fulfilled') return result.value.replayed ? 'replayed' : 'accepted';
    return (result.reason as { code?: string }).code ?? 'unexpected';
  });
}

async function count(table: 'jobs' | 'log' | 'outbox', jobIds: readonly string[]): Promise<number> {
  const column = table === 'outbox' ? sql`(envelope->>'correlationId')::uuid` : sql`job_id`;
  const { rows } = await sql<{ count: number }>`
    SELECT count(*)::int AS count FROM ${sql.raw(`jobs.${table}`)} WHERE ${column} = ANY (${jobIds}::uuid[])`.execute(
    database.sql,
  );
  return rows[0]?.count ?? 0;
}

describe('a group in one transaction', () => {
  it('writes for each its jobs, a line of the log, an event and a hold, and answers with what was written', async () => {
    const [ann, bob] = [await user(100), await user(100)];
    const requests = [
      acceptRequest(ann, { metadata: { a: 'b' }, weight: 2 }),
      acceptRequest(bob, { jobIds: [newId(), newId(), newId()] }),
      acceptRequest(ann),
    ];
    const outcomes = await acceptGroup(requests);
    expect(outcomes.map(summary)).toEqual(['accepted', 'accepted', 'accepted']);
    const jobIds = requests.flatMap((request) => request.jobIds);
    expect([await count('jobs', jobIds), await count('log', jobIds), await count('outbox', jobIds)]).toEqual([
      5, 5, 5,
    ]);
    expect([await balance(ann), await balance(bob)]).toMatchObject([{ held: 10 }, { held: 15 }]);
    const rows = await database.sql
      .selectFrom('jobs.jobs')
      .selectAll()
      .where('job_id', 'in', jobIds)
      .execute();
    expect(rows.find((row) => row.job_id === requests[0]?.jobIds[0])).toMatchObject({
      owner_user_id: ann.userId,
      metadata: { a: 'b' },
      weight: 2,
      conditions: [],
      error: null,
      not_before: new Date(0),
      request: requests[0]?.request,
    });
    const variants = rows.filter((row) => row.owner_user_id === bob.userId);
    expect(variants.map((row) => row.request.seed).toSorted()).toEqual([7, 8, 9]);
    for (const outcome of outcomes) {
      if (outcome.kind !== 'answer') throw new Error('refused');
      for (const job of outcome.answer.jobs) {
        const row = rows.find(({ job_id: id }) => id === job.jobId);
        expect(job).toMatchObject({ status: 'queued', version: 1, createdAt: row?.created_at.toISOString() });
      }
    }
  });

  it('holds the dearest of the chain and keeps the chain', async () => {
    const ann = await user(100);
    const link = {
      request: { ...acceptRequest(ann).request, seed: 2 ** 32 - 1 },
      price: { credits: 9, version: 'v' },
    };
    const request = acceptRequest(ann, { fallback: [link], jobIds: [newId(), newId()] });
    await acceptGroup([request]);
    expect(await balance(ann)).toMatchObject({ available: 82, held: 18 });
    const rows = await database.sql
      .selectFrom('jobs.jobs')
      .selectAll()
      .where('job_id', 'in', request.jobIds)
      .orderBy('variant_index')
      .execute();
    expect(rows).toMatchObject([
      {
        price_credits: 5,
        credits_held: 9,
        chain: [{ price: { credits: 9 }, request: { seed: 2 ** 32 - 1 } }],
      },
      { price_credits: 5, credits_held: 9, chain: [{ request: { seed: 0 } }] },
    ]);
  });

  it('refuses those that cannot be paid and no others, in the order of arrival', async () => {
    const [poor, rich] = [await user(12), await user(100)];
    const [a, b, c, d] = [
      acceptRequest(poor, { idempotency: key('first') }),
      acceptRequest(poor, { price: { credits: 8, version: 'v' }, idempotency: key('dear') }),
      acceptRequest(rich),
      acceptRequest(poor),
    ];
    const outcomes = await acceptGroup([a, b, c, d]);
    expect(outcomes.map(summary)).toEqual(['accepted', 'insufficient_credits', 'accepted', 'accepted']);
    const refused = outcomes[1];
    if (refused?.kind !== 'refused') throw new Error('accepted');
    expect(refused.error.details).toEqual({ needed_credits: 8, available_credits: 7 });
    expect(await count('jobs', b.jobIds)).toBe(0);
    // Its key is free: the same key later is a request of its own, with any body.
    const later = acceptRequest(poor, {
      price: { credits: 2, version: 'v' },
      idempotency: key('dear', 'other'),
    });
    expect((await acceptGroup([later])).map(summary)).toEqual(['accepted']);
  });

  it('lets nobody try again what has not ended, is not there, or belongs to another', async () => {
    const [ann, bob] = [await user(100), await user(100)];
    const [running, ended] = [acceptRequest(ann), acceptRequest(ann)];
    await acceptGroup([running, ended]);
    await database.sql
      .updateTable('jobs.jobs')
      .set({ status: 'cancelled', finished_at: new Date(), credits_held: 0 })
      .where('job_id', 'in', ended.jobIds)
      .execute();
    const retryOf = (of: User, jobId = ''): AcceptRequest => acceptRequest(of, { retryOf: jobId });
    const outcomes = await acceptGroup([
      retryOf(ann, running.jobIds[0]),
      retryOf(ann, ended.jobIds[0]),
      retryOf(bob, ended.jobIds[0]),
      retryOf(ann, newId()),
    ]);
    expect(outcomes.map(summary)).toEqual(['conflict', 'accepted', 'conflict', 'conflict']);
  });
});

describe('one key several times in one group', () => {
  it('makes one job, replays it, and refuses another body', async () => {
    const ann = await user(100);
    const same = (bodyHash?: string): AcceptRequest =>
      acceptRequest(ann, { idempotency: key('k', bodyHash) });
    const first = [same(), same(), same('other'), same()];
    expect((await acceptGroup(first)).map(summary)).toEqual(['accepted', 'replayed', 'conflict', 'replayed']);
    const second = await acceptGroup([same('other'), same(), same()]);
    expect(second.map(summary)).toEqual(['conflict', 'replayed', 'replayed']);
    for (const outcome of second.slice(1)) {
      if (outcome.kind !== 'answer') throw new Error('refused');
      expect(outcome.answer.jobs.map(({ jobId }) => jobId)).toEqual(first[0]?.jobIds);
    }
    expect(await balance(ann)).toMatchObject({ held: 5 });
  });

  it('keeps keys of different users and routes apart', async () => {
    const [ann, bob] = [await user(100), await user(100)];
    const outcomes = await acceptGroup([
      acceptRequest(ann, { idempotency: key('k') }),
      acceptRequest(bob, { idempotency: key('k', 'other') }),
      acceptRequest(ann, { idempotency: { ...key('k', 'other'), route: '/other' } }),
    ]);
    expect(outcomes.map(summary)).toEqual(['accepted', 'accepted', 'accepted']);
  });

  it('takes a key past its life for a new one', async () => {
    const ann = await user(100);
    await acceptGroup([acceptRequest(ann, { idempotency: key('old') })]);
    await sql`UPDATE jobs.idempotency_keys SET created_at = now() - interval '25 hours'
      WHERE owner_user_id = ${ann.userId}`.execute(database.sql);
    const anew = [key('old', 'new'), key('old', 'new')].map((idempotency) =>
      acceptRequest(ann, { idempotency }),
    );
    expect((await acceptGroup(anew)).map(summary)).toEqual(['accepted', 'replayed']);
  });

  it('tries anew what follows a refused one', async () => {
    const ann = await user(10);
    const { queue } = openQueue();
    const calls = [
      acceptRequest(ann, { idempotency: key('k'), price: { credits: 11, version: 'v' } }),
      acceptRequest(ann, { idempotency: key('k'), price: { credits: 10, version: 'v' } }),
    ].map((request) => queue.accept(request, soon()));
    expect(await settle(calls)).toEqual(['insufficient_credits', 'accepted']);
  });
});

describe('under load', () => {
  it('accepts exactly one of 200 at once on a balance for one', async () => {
    const ann = await user(5);
    const { queue, accepted } = openQueue();
    const requests = Array.from({ length: 200 }, () => acceptRequest(ann));
    const results = await settle(requests.map((request) => queue.accept(request, soon(60_000))));
    expect(results.filter((result) => result === 'accepted')).toHaveLength(1);
    expect(results.filter((result) => result === 'insufficient_credits')).toHaveLength(199);
    expect(accepted).toHaveLength(1);
    expect(await balance(ann)).toMatchObject({ available: 0, held: 5 });
    const jobIds = requests.flatMap((request) => request.jobIds);
    expect([await count('jobs', jobIds), await count('outbox', jobIds)]).toEqual([1, 1]);
  });

  it('undoes a request that could be held in part only, and settles the rest of its group', async () => {
    const [ann, bob] = [await user(12), await user(100)];
    const { queue } = openQueue();
    const group = [
      acceptRequest(bob),
      acceptRequest(ann, { jobIds: [newId(), newId(), newId()], idempotency: key('three') }),
      acceptRequest(bob),
      acceptRequest(ann),
      acceptRequest(bob, { jobIds: [newId(), newId()] }),
    ];
    // The first starts a transaction of its own; the others gather behind it.
    const results = await settle([acceptRequest(bob), ...group].map((one) => queue.accept(one, soon())));
    expect(results).toEqual([
      'accepted',
      'accepted',
      'insufficient_credits',
      'accepted',
      'accepted',
      'accepted',
    ]);
    expect([await balance(ann), await balance(bob)]).toMatchObject([
      { available: 7, held: 5 },
      { available: 75, held: 25 },
    ]);
  });

  it('refuses alone what was accepted before', async () => {
    const ann = await user(100);
    const { queue } = openQueue();
    const jobIds = [newId()];
    const results = await settle(
      [
        acceptRequest(ann),
        acceptRequest(ann, { jobIds }),
        acceptRequest(ann, { jobIds }),
        acceptRequest(ann),
      ].map((one) => queue.accept(one, soon())),
    );
    expect(results.filter((result) => result === 'accepted')).toHaveLength(3);
    expect(results.filter((result) => result === 'conflict')).toHaveLength(1);
    expect(await balance(ann)).toMatchObject({ held: 15 });
  });

  it('makes nothing for a caller who left before the commit, and spoils nothing for the others', async () => {
    const [ann, bob] = [await user(100), await user(100)];
    const { queue, accepted } = openQueue();
    let calls: Promise<AcceptAnswer>[] = [];
    const leaving = soon(300);
    await database.run(async (tx) => {
      // Ann's account is locked meanwhile, so that the transactions of the queue must wait.
      await sql`SELECT ledger.open_account(${ann.accountId}::uuid)`.execute(tx.sql);
      calls = [
        queue.accept(acceptRequest(ann), leaving),
        queue.accept(acceptRequest(bob), soon()),
        queue.accept(acceptRequest(ann), soon()),
        queue.accept(acceptRequest(ann), leaving),
      ];
      await waitFor(() => leaving <= new Date(), { timeoutMs: 5_000, what: 'two callers to leave' });
    });
    expect(await settle(calls)).toEqual(['unavailable', 'accepted', 'accepted', 'unavailable']);
    expect(accepted).toHaveLength(2);
    expect([await balance(ann), await balance(bob)]).toMatchObject([{ held: 5 }, { held: 5 }]);
  });
});

/** What a careful clerk with one ledger and one book of keys would answer, one request after the other. */
function clerk(funds: number[], requests: readonly Wish[]): string[] {
  const keys = new Map<string, string>();
  return requests.map(({ who, price, key: name, body }) => {
    const known = name === null ? undefined : keys.get(`${who} ${name}`);
    if (known !== undefined) return known === body ? 'replayed' : 'conflict';
    const left = (funds[who] ?? 0) - price;
    if (left < 0) return 'insufficient_credits';
    funds[who] = left;
    if (name !== null) keys.set(`${who} ${name}`, body);
    return 'accepted';
  });
}

interface Wish {
  readonly who: number;
  readonly price: number;
  readonly key: string | null;
  readonly body: string;
}

it('answers a group as it would answer the same requests one after the other', async () => {
  const wish = fc.record({
    who: fc.integer({ min: 0, max: 1 }),
    price: fc.integer({ min: 0, max: 6 }),
    key: fc.constantFrom(null, null, 'a', 'b'),
    body: fc.constantFrom('x', 'x', 'y'),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(wish, { minLength: 1, maxLength: 14 }), async (drawn) => {
      // A key stands for one price here: a follower of a refused request is then refused like it.
      const wishes = drawn.map((one) => ({
        ...one,
        price: one.key === null ? one.price : one.key === 'a' ? 3 : 5,
      }));
      const users = [await user(11), await user(7)];
      const requests = wishes.map(({ who, price, key: name, body }) =>
        acceptRequest(users[who] ?? { userId: '', accountId: '' }, {
          price: { credits: price, version: 'v' },
          idempotency: name === null ? null : key(name, body),
        }),
      );
      const got = new Map<AcceptRequest, string>();
      for (let rest: readonly AcceptRequest[] = requests; rest.length > 0;) {
        const outcomes = await acceptGroup(rest);
        rest.forEach((request, index) => got.set(request, summary(outcomes[index])));
        rest = rest.filter((request) => got.get(request) === 'again');
      }
      const funds = [11, 7];
      expect(requests.map((request) => got.get(request))).toEqual(clerk(funds, wishes));
      for (const [index, one] of users.entries()) expect((await balance(one)).available).toBe(funds[index]);
    }),
    { numRuns: 40 },
  );
});

it('keeps the contract of the answer', async () => {
  const [outcome] = await acceptGroup([acceptRequest(await user(5))]);
  if (outcome?.kind !== 'answer') throw new Error('refused');
  expect(acceptJobsRpc.response.safeParse(outcome.answer).error).toBeUndefined();
});
