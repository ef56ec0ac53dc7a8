import { sql } from 'kysely';
import { openDatabase, TransactionQueue, type Database, type UnitOfWork } from '@shotloom/database';
import { createTestDatabase, silentLogger, type TestDatabase } from '@shotloom/testing';
import { startLossyProxy } from './lossy-proxy';

type Tx = UnitOfWork<unknown>;

let postgres: TestDatabase;
let database: Database<unknown>;
beforeAll(async () => {
  postgres = await createTestDatabase();
  const options = { url: postgres.url, applicationName: 'app', logger: silentLogger() };
  database = openDatabase<unknown>(options);
  await sql`create table things (id int primary key, transaction bigint)`.execute(database.sql);
});
afterAll(async () => {
  await database.close();
  await postgres.drop();
});
beforeEach(() => sql`truncate things`.execute(database.sql));

const put =
  (id: number) =>
  async (tx: Tx): Promise<number> => {
    await sql`insert into things values (${id}, txid_current())`.execute(tx.sql);
    return id;
  };
const rows = async (): Promise<{ id: number; transaction: number }[]> =>
  (await sql<{ id: number; transaction: number }>`select * from things order by id`.execute(database.sql))
    .rows;

it('shares transactions among what comes together, and gives each its own answer', async () => {
  const queue = new TransactionQueue<unknown>(database, { transactions: 1, pieces: 50 });
  const ids = Array.from({ length: 40 }, (_none, index) => index);
  const answers = await Promise.all(ids.map((id) => queue.run({ key: `${id}`, work: put(id) })));
  expect(answers).toEqual(ids);
  expect(new Set((await rows()).map(({ transaction }) => transaction)).size).toBe(2);
});

it('lets one that fails spoil nothing for the others', async () => {
  const queue = new TransactionQueue<unknown>(database, { transactions: 1, pieces: 50 });
  const fail = async (tx: Tx): Promise<never> => {
    await sql`insert into things values (100, 0)`.execute(tx.sql);
    throw new Error('no');
  };
  const results = await Promise.allSettled([
    queue.run({ key: 'a', work: put(1) }),
    queue.run({ key: 'b', work: put(2) }),
    queue.run({ key: 'c', work: fail }),
    queue.run({ key: 'd', work: put(3) }),
  ]);
  expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'fulfilled']);
  expect((await rows()).map(({ id }) => id)).toEqual([1, 2, 3]);
});

it('runs pieces in the order of their keys, so that groups do not lock against each other', async () => {
  const seen: string[] = [];
  const queue = new TransactionQueue<unknown>(database, { transactions: 1, pieces: 50 });
  const note = (key: string) => queue.run({ key, work: async () => void seen.push(key) });
  await Promise.all(['first', 'c', 'a', 'b', 'a'].map(note));
  expect(seen).toEqual(['first', 'a', 'a', 'b', 'c']);
});

it('writes what was gathered by one call before the commit, in the order of the calls', async () => {
  const calls: (readonly number[])[] = [];
  const writeAll = async (tx: Tx, ids: readonly number[]): Promise<void> => {
    calls.push(ids);
    await sql`insert into things select id, 0 from unnest(${ids}::int[]) as id`.execute(tx.sql);
  };
  await database.run(async (tx) => {
    for (const id of [3, 1, 2]) tx.gather(writeAll, id);
  });
  expect(calls).toEqual([[3, 1, 2]]);
  expect(await rows()).toHaveLength(3);
});

it('never has pieces of one key in two transactions at the same time', async () => {
  const queue = new TransactionQueue<unknown>(database, { transactions: 4, pieces: 1 });
  const running = new Map<string, number>();
  let most = 0;
  const work = (key: string) => async (tx: Tx) => {
    running.set(key, (running.get(key) ?? 0) + 1);
    most = Math.max(most, running.get(key) ?? 0);
    await sql`select pg_sleep(0.005)`.execute(tx.sql);
    running.set(key, (running.get(key) ?? 1) - 1);
    return key;
  };
  const keys = Array.from({ length: 24 }, (_none, index) => `${index % 3}`);
  expect(await Promise.all(keys.map((key) => queue.run({ key, work: work(key) })))).toEqual(keys);
  expect(most).toBe(1);
});

it('prepares once for all pieces of a transaction, with what each needs', async () => {
  const prepared: (readonly number[])[] = [];
  const queue = new TransactionQueue<unknown, number>(database, {
    transactions: 1,
    pieces: 50,
    prepare: (_tx, needs) => Promise.resolve(void prepared.push(needs)),
  });
  await Promise.all(
    [0, 3, 1, 2].map((id) => queue.run({ key: `${id}`, needs: id, work: () => Promise.resolve() })),
  );
  expect(prepared).toEqual([[0], [1, 2, 3]]);
});

it.each([
  ['after', [1, 2]],
  ['before', []],
] as const)(
  'tells all of a group that a commit was not answered, and does nothing of it twice (lost %s the server had it)',
  async (when, left) => {
    const proxy = await startLossyProxy(postgres.url);
    const options = { url: proxy.url, applicationName: 'app', logger: silentLogger() };
    const remote = openDatabase<unknown>(options);
    const queue = new TransactionQueue<unknown>(remote, { transactions: 1, pieces: 50 });
    let works = 0;
    const count = (id: number) => (tx: Tx) => {
      works += 1;
      return put(id)(tx);
    };
    // Holds the only place while the two gather; its own commit is answered.
    const first = queue.run({ key: 'first', work: () => Promise.resolve() });
    const both = [1, 2].map((id) => queue.run({ key: `${id}`, work: count(id) }));
    await first;
    proxy.loseNextCommit(when);
    const results = await Promise.allSettled(both);
    expect(results).toMatchObject([
      { status: 'rejected', reason: { code: 'unavailable', outcome: 'unknown' } },
      { status: 'rejected', reason: { code: 'unavailable', outcome: 'unknown' } },
    ]);
    expect(works).toBe(2);
    expect((await rows()).map(({ id }) => id)).toEqual(left);
    await remote.close();
    await proxy.stop();
  },
);
