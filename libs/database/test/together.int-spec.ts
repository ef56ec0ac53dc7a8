import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { sql } from 'kysely';
import type { Database } from '@shotloom/database';
import { made, startFixture, type Fixture, type Tables } from './fixture';

let fixture: Fixture;
let database: Database<Tables>;
beforeAll(async () => {
  fixture = await startFixture();
  database = fixture.database;
});
beforeEach(() => sql`truncate app.things, app.outbox`.execute(database.sql));
afterAll(() => fixture.stop());

const insert = (name: string) => sql`insert into app.things (name) values (${name})`;
const names = async (): Promise<string[]> =>
  (await database.sql.selectFrom('app.things').select('name').orderBy('id').execute()).map((row) => row.name);

/** Counts how often the client waits: a packet of the client's that comes after one of the server's. */
async function startTurnCounter(databaseUrl: string): Promise<{
  readonly url: string;
  readonly turns: () => number;
  readonly stop: () => Promise<void>;
}> {
  const target = new URL(databaseUrl);
  const sockets = new Set<Socket>();
  let [turns, clientsTurn] = [0, true];
  const server = createServer({ noDelay: true }, (client) => {
    const upstream = connect({ port: Number(target.port), host: target.hostname, noDelay: true });
    for (const socket of [client, upstream]) sockets.add(socket.on('error', () => undefined));
    client.on('data', (data) => {
      if (clientsTurn) turns += 1;
      clientsTurn = false;
      upstream.write(data);
    });
    upstream.on('data', (data) => {
      clientsTurn = true;
      client.write(data);
    });
    client.on('close', () => upstream.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  const url = new URL(databaseUrl);
  url.hostname = '127.0.0.1';
  url.port = String((server.address() as AddressInfo).port);
  const stop = async (): Promise<void> => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  };
  return { url: url.href, turns: () => turns, stop };
}

it('gives the answers in order, and each statement sees what those before it did', async () => {
  const seen = await database.run(async (tx) => {
    const [one, count, two] = await tx.together([
      insert('one'),
      sql<{ count: number }>`select count(*)::int as count from app.things where name <> ${''}`,
      tx.sql.insertInto('app.things').values({ name: 'two' }).returning('name'),
    ]);
    return [one.numAffectedRows, count.rows, two.rows];
  });
  expect(seen).toEqual([1n, [{ count: 1 }], [{ name: 'two' }]]);
  expect(await names()).toEqual(['one', 'two']);
});

it('throws what the first that failed met, and leaves nothing behind', async () => {
  const work = database.run((tx) => tx.together([insert('one'), insert('one'), insert('two')]));
  await expect(work).rejects.toMatchObject({ code: '23505' });
  expect(await names()).toEqual([]);
});

it('commits nothing where a statement that went with the commit fails, and says which', async () => {
  const work = database.run((tx) => {
    tx.emit(made('key', 1));
    tx.atCommit(insert('one'));
    tx.atCommit(insert('one'));
    return Promise.resolve();
  });
  await expect(work).rejects.toMatchObject({ code: '23505' });
  expect(await names()).toEqual([]);
  expect((await sql`select from app.outbox`.execute(database.sql)).rows).toEqual([]);
});

it('tries a transaction again whose last statements met a deadlock or the like', async () => {
  let tries = 0;
  await database.run((tx) => {
    tries += 1;
    if (tries === 1) tx.atCommit(sql.raw(`do $$ begin raise exception using errcode = '40P01'; end $$`));
    tx.atCommit(insert(`try ${tries}`));
    return Promise.resolve();
  });
  expect(await names()).toEqual(['try 2']);
});

it('never runs the first statement outside of the transaction', async () => {
  const statements = [
    insert('parameters'),
    sql.raw(`insert into app.things (name) values ('none')`),
    ...Array.from({ length: 6 }, (_, run) => insert(`prepared ${run}`)),
  ];
  for (const statement of statements) {
    const work = database.run(async (tx) => {
      await statement.execute(tx.sql);
      throw new Error('no');
    });
    await expect(work).rejects.toThrow('no');
  }
  expect(await names()).toEqual([]);
});

it('waits once for the first statement and once for the commit with all that goes with it', async () => {
  const counter = await startTurnCounter(fixture.postgres.url);
  const counted = fixture.open(counter.url);
  const work = (name: string) =>
    counted.run(async (tx) => {
      await insert(name).execute(tx.sql);
      tx.atCommit(sql`select ${name}::text`);
      tx.emit(made(name, 1));
    });
  // The third run prepares the statement, and waits for the begin alone.
  for (const name of ['1', '2', '3', '4']) await work(name);
  const before = counter.turns();
  await work('5');
  expect(counter.turns() - before).toBe(2);
  const empty = counter.turns();
  await counted.run(() => Promise.resolve());
  expect(counter.turns()).toBe(empty);
  await counted.close();
  await counter.stop();
});
