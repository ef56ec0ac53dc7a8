import { sql } from 'kysely';
import { AppError } from '@shotloom/kernel';
import { once, openDatabase, type Database } from '@shotloom/database';
import { silentLogger } from '@shotloom/testing';
import { startLossyProxy, type LossyProxy } from './lossy-proxy';
import { made, startFixture, type Fixture, type Tables } from './fixture';

let fixture: Fixture;
let database: Database<Tables>;
beforeAll(async () => {
  fixture = await startFixture();
  database = fixture.database;
});
afterAll(() => fixture.stop());

const names = async (): Promise<string[]> => {
  const rows = await database.sql.selectFrom('app.things').select('name').orderBy('id').execute();
  return rows.map((row) => row.name);
};
const raise = (code: string) => sql`do ${sql.lit(`begin raise exception using errcode = '${code}'; end`)}`;

describe('run', () => {
  beforeEach(() => sql`truncate app.things, app.outbox, app.inbox`.execute(database.sql));

  it('commits the work, its messages in order, and then runs what follows', async () => {
    const woken: (readonly number[])[] = [];
    const stopListening = database.onEmitted((partitions) => woken.push(partitions));
    const after: string[] = [];
    await database.run(async (tx) => {
      await tx.sql.insertInto('app.things').values({ name: 'one' }).execute();
      for (let no = 0; no < 50; no += 1) tx.emit(made('key', no));
      tx.afterCommit(() => after.push('first'));
      tx.afterCommit(() => {
        throw new Error('logged, not thrown');
      });
      tx.afterCommit(() => after.push('second'));
      expect(after).toEqual([]);
    });
    stopListening();
    expect(await names()).toEqual(['one']);
    expect(after).toEqual(['first', 'second']);
    expect(woken).toEqual([[expect.any(Number)]]);
    const { rows } = await sql<{ no: number; type: string; producer: string; same: boolean }>`
      select (envelope->'payload'->>'no')::int as no, envelope->>'type' as type, envelope->>'producer' as producer,
        envelope->>'id' = id::text as same from app.outbox order by seq`.execute(database.sql);
    expect(rows.map((row) => row.no)).toEqual(Array.from({ length: 50 }, (_, no) => no));
    expect(rows[0]).toMatchObject({ type: 'thing.made.v1', producer: 'app', same: true });
  });

  it('does not call committed what the server rolled back, though the work kept the reason to itself', async () => {
    const after = jest.fn();
    const work = database.run(async (tx) => {
      await tx.sql.insertInto('app.things').values({ name: 'one' }).execute();
      await raise('P0001')
        .execute(tx.sql)
        .catch(() => undefined);
      tx.afterCommit(after);
    });
    await expect(work).rejects.toThrow('rolled back instead of committed');
    expect(await names()).toEqual([]);
    expect(after).not.toHaveBeenCalled();
  });

  it('leaves nothing behind when the work throws', async () => {
    const after = jest.fn();
    const work = database.run(async (tx) => {
      await tx.sql.insertInto('app.things').values({ name: 'one' }).execute();
      tx.emit(made('key', 1));
      tx.afterCommit(after);
      throw new AppError('conflict', 'No.');
    });
    await expect(work).rejects.toMatchObject({ code: 'conflict' });
    expect(await names()).toEqual([]);
    expect(after).not.toHaveBeenCalled();
    expect(await database.sql.selectFrom('app.outbox').selectAll().execute()).toEqual([]);
  });

  it('refuses a payload that breaks its contract, and says where', async () => {
    const message = { ...made('key', 1), payload: { name: 'key', no: 1.5 } };
    const work = database.run(async (tx) => tx.emit(message));
    await expect(work).rejects.toThrow(/thing\.made\.v1 breaks its contract: no: /);
  });

  it('refuses what comes after the work has ended', async () => {
    const late = await database.run(async (tx) => () => tx.emit(made('key', 1)));
    expect(late).toThrow(/after the transaction's work had ended/);
  });

  it('does not pretend to commit when the work swallowed a failed statement', async () => {
    const work = database.run(async (tx) => {
      await tx.sql.insertInto('app.things').values({ name: 'one' }).execute();
      await sql`select 1/0`.execute(tx.sql).catch(() => undefined);
    });
    await expect(work).rejects.toThrow();
    expect(await names()).toEqual([]);
  });

  it.each(['40001', '40P01'])('tries again after %s, with the buffers emptied', async (code) => {
    let tries = 0;
    await database.run(async (tx) => {
      tries += 1;
      tx.emit(made('key', tries));
      if (tries < 3) await raise(code).execute(tx.sql);
    });
    expect(tries).toBe(3);
    expect(await database.sql.selectFrom('app.outbox').selectAll().execute()).toHaveLength(1);
  });

  it('gives up after five tries with an error that may be retried', async () => {
    let tries = 0;
    const work = database.run(async (tx) => {
      tries += 1;
      await raise('40001').execute(tx.sql);
    });
    await expect(work).rejects.toMatchObject({ code: 'unavailable', retryable: true, outcome: 'refused' });
    expect(tries).toBe(5);
  });

  it('does not try again what will fail again', async () => {
    let tries = 0;
    const work = database.run(async (tx) => {
      tries += 1;
      await raise('23505').execute(tx.sql);
    });
    await expect(work).rejects.toMatchObject({ code: '23505' });
    expect(tries).toBe(1);
  });

  it('survives two transactions that lock the same rows the other way round', async () => {
    await database.sql
      .insertInto('app.things')
      .values([{ name: 'a' }, { name: 'b' }])
      .execute();
    let arrived = 0;
    let release: () => void = () => undefined;
    const bothHoldOne = new Promise<void>((resolve) => (release = resolve));
    const lockBoth = (first: string, second: string) =>
      database.run(async (tx) => {
        const lock = (name: string) =>
          sql`select 1 from app.things where name = ${name} for update`.execute(tx.sql);
        await lock(first);
        arrived += 1;
        if (arrived === 2) release();
        await bothHoldOne;
        await lock(second);
      });
    await Promise.all([lockBoth('a', 'b'), lockBoth('b', 'a')]);
    expect(arrived).toBe(3);
  });

  it('tries again when the connection was lost before the commit', async () => {
    let tries = 0;
    await database.run(async (tx) => {
      tries += 1;
      await tx.sql.insertInto('app.things').values({ name: 'one' }).execute();
      if (tries === 1) await sql`select pg_terminate_backend(pg_backend_pid())`.execute(tx.sql);
    });
    expect(tries).toBe(2);
    expect(await names()).toEqual(['one']);
  });

  it('holds a statement to its time limit', async () => {
    const limited = openDatabase({
      url: fixture.postgres.url,
      applicationName: 'app',
      logger: silentLogger(),
      statementTimeoutMs: 50,
    });
    await expect(limited.run((tx) => sql`select pg_sleep(30)`.execute(tx.sql))).rejects.toMatchObject({
      code: '57014',
    });
    await limited.close();
  });

  it('reads a bigint as a number and refuses to round one', async () => {
    const { rows } = await sql`select 9007199254740991::bigint as n, '2026-02-03'::date as d`.execute(
      database.sql,
    );
    expect(rows).toEqual([{ n: 9007199254740991, d: '2026-02-03' }]);
    await expect(sql`select 9007199254740993::bigint`.execute(database.sql)).rejects.toThrow(RangeError);
  });

  it('says that the database is away', async () => {
    const nowhere = openDatabase({
      url: 'postgres://x:y@127.0.0.1:1/none',
      applicationName: 'app',
      logger: silentLogger(),
    });
    await expect(nowhere.run(async () => undefined)).rejects.toMatchObject({
      code: 'unavailable',
      retryable: true,
    });
    await expect(nowhere.ping()).rejects.toThrow();
    await nowhere.close();
  });
});

describe('a commit whose answer is lost', () => {
  let proxy: LossyProxy;
  beforeAll(async () => {
    proxy = await startLossyProxy(fixture.postgres.url);
  });
  beforeEach(() => sql`truncate app.things`.execute(database.sql));
  afterAll(() => proxy.stop());

  it.each([
    ['after', ['one']],
    ['before', []],
  ] as const)(
    'is reported as unknown and not tried again (lost %s the server had it)',
    async (when, left) => {
      const remote = fixture.open(proxy.url);
      const after = jest.fn();
      let tries = 0;
      await remote.ping();
      proxy.loseNextCommit(when);
      const work = remote.run(async (tx) => {
        tries += 1;
        await tx.sql.insertInto('app.things').values({ name: 'one' }).execute();
        tx.afterCommit(after);
      });
      await expect(work).rejects.toMatchObject({ code: 'unavailable', outcome: 'unknown' });
      expect(tries).toBe(1);
      expect(after).not.toHaveBeenCalled();
      expect(await names()).toEqual(left);
      await remote.run((tx) => tx.sql.insertInto('app.things').values({ name: 'two' }).execute());
    },
  );
});

describe('once', () => {
  it('is true for one of many deliveries at once', async () => {
    const seen = await Promise.all(
      Array.from({ length: 8 }, () => database.run((tx) => once(tx, 'app', 'consumer', 'message'))),
    );
    expect(seen.filter(Boolean)).toHaveLength(1);
    expect(await database.run((tx) => once(tx, 'app', 'another', 'message'))).toBe(true);
  });

  it('forgets a delivery whose transaction failed', async () => {
    const failed = database.run(async (tx) => {
      await once(tx, 'app', 'consumer', 'second');
      throw new Error('failed');
    });
    await expect(failed).rejects.toThrow('failed');
    expect(await database.run((tx) => once(tx, 'app', 'consumer', 'second'))).toBe(true);
  });
});
