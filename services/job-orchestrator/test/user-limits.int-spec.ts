import { sql } from 'kysely';
import { newId } from '@shotloom/kernel';
import { acceptRequest, fundedUser } from './accept-arrange';
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
const hourly = (limit: number) => ({ concurrency: null, perProvider: null, generationsPerHour: limit });

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
