import { sql } from 'kysely';
import { newId } from '@shotloom/kernel';
import { acceptRequest, fundedUser } from './accept-arrange';
import { changeLimits } from '../src/jobs/limits-changed';
import { AcceptQueue } from '../src/jobs/accept-queue';
import { Catalogue } from '@shotloom/contracts';
import { SchedulingLab } from './scheduling';

let lab: SchedulingLab;
let queues: AcceptQueue[];
beforeAll(async () => {
  lab = await SchedulingLab.start();
});
afterAll(() => lab.stop());
beforeEach(() => {
  // Two replicas: what one has counted, the other must see.
  queues = [0, 1].map(
    () =>
      new AcceptQueue({
        database: lab.database,
        catalogue: new Catalogue(new Set(['animatic'])),
        onAccepted: () => undefined,
      }),
  );
});

const replica = (index: number): AcceptQueue => {
  const queue = queues[index];
  if (!queue) throw new Error(`there is no replica ${index}`);
  return queue;
};
const soon = (): Date => new Date(Date.now() + 20_000);
const hourly = (limit: number) => ({
  concurrency: null,
  perProvider: null,
  generationsPerHour: limit,
  accountVersion: 0,
  version: 0,
});

describe('generations in an hour', () => {
  it('are exactly as many as the plan allows, of two hundred at once at two replicas, and the others are told when', async () => {
    const user = await fundedUser(lab.database.sql, 10_000);
    const outcomes = await Promise.allSettled(
      Array.from({ length: 200 }, (_, index) =>
        replica(index % 2).accept(acceptRequest(user, { limits: hourly(37) }), soon()),
      ),
    );
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(37);
    const refused = outcomes.flatMap((outcome) =>
      outcome.status === 'rejected' ? [outcome.reason as unknown] : [],
    );
    for (const error of refused) {
      expect(error).toMatchObject({
        code: 'rate_limited',
        retryAfterMs: expect.any(Number) as number,
        message: expect.stringContaining('37 generations an hour') as string,
      });
    }
    const [jobs] = await lab.rows(sql<{ count: number }>`
      SELECT count(*)::int AS count FROM jobs.jobs WHERE owner_user_id = ${user.userId}`);
    expect(jobs?.count).toBe(37);
  });

  it('count a variant each, a replay for nothing, and what could not be paid for nothing', async () => {
    const user = await fundedUser(lab.database.sql, 20);
    const queue = replica(0);
    const idempotency = { route: 'POST /x', key: newId(), bodyHash: 'h' };
    const first = acceptRequest(user, { limits: hourly(4), jobIds: [newId(), newId()], idempotency });
    await queue.accept(first, soon());
    await queue.accept({ ...first, jobIds: [newId(), newId()] }, soon());
    await expect(
      queue.accept(acceptRequest(user, { limits: hourly(4), price: { credits: 50, version: '1' } }), soon()),
    ).rejects.toMatchObject({ code: 'insufficient_credits' });
    await expect(
      queue.accept(acceptRequest(user, { limits: hourly(4), jobIds: [newId(), newId(), newId()] }), soon()),
    ).rejects.toMatchObject({ code: 'rate_limited', details: { limit_per_hour: 4, left: 2 } });
    await queue.accept(acceptRequest(user, { limits: hourly(4), jobIds: [newId(), newId()] }), soon());
    const hours = await lab.rows(sql<{ count: number }>`
      SELECT count FROM jobs.generation_hours WHERE owner_user_id = ${user.userId}`);
    expect(hours).toEqual([{ count: 4 }]);
  });
});

describe('attempts in flight', () => {
  const providers = ['limit-a', 'limit-b', 'limit-c'];
  const limitTo = (owner: string, concurrency: number | null, perProvider: number | null) =>
    lab.rows(sql`
      INSERT INTO jobs.user_limits (owner_user_id, concurrency, per_provider) VALUES (${owner}, ${concurrency}, ${perProvider})
      ON CONFLICT (owner_user_id) DO UPDATE SET concurrency = excluded.concurrency, per_provider = excluded.per_provider`);
  const running = async (owner: string): Promise<number> => {
    const [row] = await lab.rows(sql<{ count: number }>`
      SELECT count(*)::int AS count FROM jobs.attempts WHERE owner_user_id = ${owner} AND finished_at IS NULL`);
    return row?.count ?? 0;
  };
  /** The lanes that wait a moment for room have waited it. */
  const aMomentLater = () => lab.rows(sql`UPDATE jobs.lanes SET ready_at = now() WHERE ready_at IS NOT NULL`);

  it('keep to the plan over all providers, and go on when there is room again, wherever it came from', async () => {
    const owner = newId();
    await limitTo(owner, 4, 3);
    for (const provider of providers) await lab.jobs({ provider, owner, count: 5 });
    for (const provider of providers) await lab.pass(provider);
    expect(await running(owner)).toBe(4);
    await lab.end(sql`owner_user_id = ${owner} AND provider = 'limit-a'`);
    await lab.pass('limit-a');
    await aMomentLater();
    for (const provider of providers.toReversed()) await lab.pass(provider);
    expect(await running(owner)).toBe(4);
    await limitTo(owner, 6, 3);
    await aMomentLater();
    for (const provider of providers) await lab.pass(provider);
    expect(await running(owner)).toBe(6);
  });

  it('keep to the plan at each provider', async () => {
    const [one, five] = [newId(), newId()];
    await limitTo(one, null, 1);
    await limitTo(five, 100, 5);
    for (const owner of [one, five]) await lab.jobs({ provider: 'limit-d', owner, count: 9 });
    await lab.pass('limit-d');
    expect([await running(one), await running(five)]).toEqual([1, 5]);
  });

  it('are never more than the plan allows while passes of many providers race', async () => {
    const owner = newId();
    await limitTo(owner, 3, 3);
    for (const provider of providers) await lab.jobs({ provider, owner, count: 30 });
    let most = 0;
    for (let round = 0; round < 15; round += 1) {
      await Promise.all(providers.map((provider) => lab.pass(provider)));
      most = Math.max(most, await running(owner));
      await lab.end(sql`owner_user_id = ${owner} AND random() < 0.7`);
      await aMomentLater();
    }
    expect(most).toBe(3);
  });
});

describe('what a plan allows from now on', () => {
  type News = Parameters<typeof changeLimits>[1];
  type Limits = ReturnType<typeof acceptRequest>['limits'];
  const news = (version: number, more: Partial<News> = {}): News => ({
    ...{ version, account: null, planId: 'small', concurrency: 1, perProvider: 1, weight: 1 },
    ...more,
  });
  const tell = async (version: number, more: Partial<News>) => [
    ...(await changeLimits(lab.database, news(version, more), 2)),
  ];
  const LARGE = { concurrency: 9, perProvider: 3, generationsPerHour: null, weight: 4 };
  /** Somebody who ordered when their account had this plan. */
  const ordered = async (planId: string, more: Partial<Limits> = {}, weight = 4) => {
    const user = await fundedUser(lab.database.sql, 100);
    const limits = { ...LARGE, planId, accountVersion: 1, version: 1, ...more };
    await replica(0).accept(acceptRequest(user, { limits, weight }), soon());
    return user;
  };
  const limitsOf = async ({ userId }: { userId: string }) => {
    const [row] = await lab.rows(sql<{ plan: string; concurrency: number; account: number; version: number }>`
      SELECT plan_id AS plan, concurrency, account_version AS account, version FROM jobs.user_limits
      WHERE owner_user_id = ${userId}`);
    return row;
  };

  it('holds for what waits of everybody who has it, however many, and is done once', async () => {
    const users = await Promise.all([1, 2, 3, 4, 5].map(() => ordered('many')));
    const other = await ordered('another');
    await lab.pass('animatic');
    await lab.rows(sql`UPDATE jobs.lanes SET state = 'ready' WHERE provider = 'animatic'`);
    expect(await tell(5, { planId: 'many' })).toEqual(['animatic']);
    for (const user of users) {
      expect(await limitsOf(user)).toEqual({ plan: 'many', concurrency: 1, account: 1, version: 5 });
    }
    expect(await limitsOf(other)).toMatchObject({ concurrency: 9, version: 1 });
    expect(await tell(5, { planId: 'many' })).toEqual([]);
  });

  it('comes in any order and more than once, and the newest stays', async () => {
    const user = await ordered('before');
    const messages = [
      // The account gets another plan, which is changed then; what is told of the one before is no matter of its any more.
      news(0, { account: { id: user.accountId, version: 11 }, planId: 'after' }),
      news(12, { planId: 'after', concurrency: 7 }),
      news(13, { planId: 'before', concurrency: 50 }),
    ];
    const orders = [
      [0, 1, 2],
      [0, 2, 1],
      [1, 0, 2],
      [1, 2, 0],
      [2, 0, 1],
      [2, 1, 0],
      [1, 0, 2, 0, 1, 2],
    ];
    for (const order of orders) {
      await lab.rows(sql`DELETE FROM jobs.plan_limits`);
      await lab.rows(sql`UPDATE jobs.user_limits SET account_version = 1, version = 1, plan_id = 'before', concurrency = 9
        WHERE owner_user_id = ${user.userId}`);
      for (const index of order) await changeLimits(lab.database, messages[index] ?? news(0));
      const expected = { plan: 'after', concurrency: 7, account: 11, version: 12 };
      expect([order, await limitsOf(user)]).toEqual([order, expected]);
    }
  });

  it('is not undone by an order whose gateway had read the plan before', async () => {
    const user = await ordered('stale');
    await tell(0, { account: { id: user.accountId, version: 2 }, planId: 'fresh' });
    const stale = { ...LARGE, planId: 'stale', accountVersion: 1, version: 1 };
    await replica(1).accept(acceptRequest(user, { limits: stale }), soon());
    expect(await limitsOf(user)).toEqual({ plan: 'fresh', concurrency: 1, account: 2, version: 0 });
    // An order from another account of theirs is another matter.
    const { accountId } = await fundedUser(lab.database.sql, 100);
    await replica(1).accept(acceptRequest({ ...user, accountId }, { limits: stale }), soon());
    expect(await limitsOf(user)).toEqual({ plan: 'stale', concurrency: 9, account: 1, version: 1 });
  });

  it('brings its weight to lanes that wait, and leaves a lower one that a request chose', async () => {
    const [usual, modest] = [await ordered('weights'), await ordered('weights', {}, 2)];
    const weights = async () => {
      await lab.pass('animatic');
      const lanes = await lab.rows(sql<{ owner: string; weight: number }>`
        SELECT owner_user_id AS owner, weight FROM jobs.lanes WHERE provider = 'animatic'`);
      return [usual, modest].map(({ userId }) => lanes.find(({ owner }) => owner === userId)?.weight);
    };
    // Nothing starts, so both go on waiting.
    await lab.rows(sql`INSERT INTO jobs.provider_settings (provider, concurrency) VALUES ('animatic', 0)`);
    expect(await weights()).toEqual([4, 2]);
    await tell(21, { planId: 'weights', weight: 6 });
    expect(await weights()).toEqual([6, 2]);
    await tell(22, { planId: 'weights', weight: 1 });
    expect(await weights()).toEqual([1, 1]);
  });
});
