import { setTimeout as delay } from 'node:timers/promises';
import { sql } from 'kysely';
import { Registry } from 'prom-client';
import type { Envelope } from '@shotloom/contracts';
import { AppError } from '@shotloom/kernel';
import {
  listDeadOutbox,
  OutboxRelay,
  replayDeadOutbox,
  type Database,
  type OutboxRelayOptions,
} from '@shotloom/database';
import { silentLogger, waitFor } from '@shotloom/testing';
import { deleteOld } from '../src/outbox-maintenance';
import { made, startFixture, type Fixture, type Tables } from './fixture';

interface Published {
  readonly id: string;
  readonly key: string;
  readonly no: number;
}

let fixture: Fixture;
let database: Database<Tables>;
let relays: OutboxRelay<Tables>[] = [];
let published: Published[] = [];
beforeAll(async () => {
  fixture = await startFixture();
  database = fixture.database;
});
beforeEach(async () => {
  published = [];
  await sql`truncate app.outbox, app.inbox`.execute(database.sql);
});
afterEach(async () => {
  await Promise.all(relays.map((relay) => relay.stop()));
  relays = [];
});
afterAll(() => fixture.stop());

/** Stands for the bus: remembers what it acknowledged. */
async function accept(_subject: string, envelope: Envelope): Promise<void> {
  await delay(0);
  const payload = envelope.payload as { name: string; no: number };
  published.push({ id: String(envelope['id']), key: payload.name, no: payload.no });
}

function startRelay(
  on: Database<Tables>,
  more: Partial<OutboxRelayOptions<Tables>> = {},
): OutboxRelay<Tables> {
  const options = { database: on, schema: 'app', publish: accept, logger: silentLogger(), sweepMs: 60_000 };
  const relay = new OutboxRelay<Tables>({ ...options, ...more });
  relays.push(relay);
  relay.start();
  return relay;
}

const emit = (on: Database<Tables>, key: string, no: number): Promise<void> =>
  on.run(async (tx) => {
    await sql`select pg_advisory_xact_lock(hashtext(${key}))`.execute(tx.sql);
    tx.emit(made(key, no));
  });
const unpublished = async (): Promise<number> => {
  const rows = await database.sql
    .selectFrom('app.outbox')
    .where('published_at', 'is', null)
    .select('id')
    .execute();
  return rows.length;
};

it('publishes within milliseconds of the commit, without waiting for the sweep', async () => {
  startRelay(database);
  const delays: number[] = [];
  for (let no = 0; no < 40; no += 1) {
    await emit(database, `key-${no}`, no);
    const committed = performance.now();
    await waitFor(() => published.length > no, { what: 'the message', intervalMs: 1 });
    delays.push(performance.now() - committed);
  }
  delays.sort((a, b) => a - b);
  expect(delays[20]).toBeLessThan(100);
});

it('publishes each message once and in the order of its key, from several replicas at once', async () => {
  const replicas = [database, fixture.open(), fixture.open()];
  for (const replica of replicas) startRelay(replica, { sweepMs: 100 });
  const keys = Array.from({ length: 12 }, (_, index) => `key-${index}`);
  const emitAll = async (key: string, index: number): Promise<void> => {
    for (let no = 0; no < 25; no += 1) {
      const replica = replicas[(index + no) % replicas.length];
      if (replica) await emit(replica, key, no);
    }
  };
  await Promise.all(keys.map(emitAll));
  await waitFor(async () => (await unpublished()) === 0, { what: 'an empty outbox' });
  expect(published).toHaveLength(keys.length * 25);
  expect(new Set(published.map((message) => message.id)).size).toBe(published.length);
  for (const key of keys) {
    const numbers = published.filter((message) => message.key === key).map((message) => message.no);
    expect(numbers).toEqual(Array.from({ length: 25 }, (_, no) => no));
  }
});

it('finds a row that commits late with a lower number', async () => {
  startRelay(database, { sweepMs: 50 });
  let release: () => void = () => undefined;
  const held = new Promise<void>((resolve) => (release = resolve));
  const early = sql`
    insert into app.outbox (id, partition, subject, envelope)
    values (gen_random_uuid(), 3, 's', '{"id":"early","payload":{"name":"early","no":1}}')`;
  const slow = fixture.open().run(async (tx) => {
    await early.execute(tx.sql);
    await held;
  });
  await emit(database, 'late', 2);
  await waitFor(() => published.length === 1, { what: 'the message with the higher number' });
  release();
  await slow;
  await waitFor(() => published.length === 2, { what: 'the message with the lower number' });
  expect(published.map((message) => message.key)).toEqual(['late', 'early']);
});

it('keeps trying while the bus is away, ever less often, and loses nothing', async () => {
  let up = false;
  let calls = 0;
  const publish: typeof accept = async (subject, envelope) => {
    calls += 1;
    if (!up) throw new Error('no responders');
    await accept(subject, envelope);
  };
  startRelay(database, { publish, sweepMs: 20 });
  for (let no = 0; no < 5; no += 1) await emit(database, 'key', no);
  await waitFor(() => calls >= 4, { what: 'the fourth try' });
  const began = performance.now();
  await waitFor(() => calls >= 5, { what: 'the fifth try' });
  expect(performance.now() - began).toBeGreaterThan(100);
  expect(calls).toBe(5);
  up = true;
  await waitFor(() => published.length === 5, { what: 'all messages' });
  expect(published.map((message) => message.no)).toEqual([0, 1, 2, 3, 4]);
});

it('lets one refused message hold up only its own partition', async () => {
  const publish: typeof accept = async (subject, envelope) => {
    if (subject === 'things.poison') throw new Error('maximum payload exceeded');
    await accept(subject, envelope);
  };
  startRelay(database, { publish });
  await emit(database, 'poison', 0);
  for (let no = 0; no < 10; no += 1) await emit(database, `good-${no}`, no);
  await waitFor(async () => (await unpublished()) <= 2, { what: 'the other partitions' });
  expect(published.length).toBeGreaterThanOrEqual(9);
});

it('lays a message aside that the bus will never take, and gives it back when asked', async () => {
  const metrics = new Registry();
  let refuses = true;
  const publish: typeof accept = async (subject, envelope) => {
    const { no } = envelope.payload as Published;
    if (refuses && no === 1) throw new AppError('payload_too_large', 'It has 2 MB.');
    await accept(subject, envelope);
  };
  for (let no = 0; no < 4; no += 1) await emit(database, 'key', no);
  startRelay(database, { metrics, publish, sweepMs: 20 });
  await waitFor(() => published.length === 3, { what: 'the messages behind it' });
  expect(published.map((message) => message.no)).toEqual([0, 2, 3]);
  const dead = await waitFor(async () => (await listDeadOutbox(database, 'app', { limit: 9 }))[0], {
    what: 'the dead message',
  });
  expect(dead).toMatchObject({ subject: 'things.key', reason: 'payload_too_large: It has 2 MB.' });
  expect(dead.envelope).toMatchObject({ id: dead.id, payload: { no: 1 } });
  expect(await listDeadOutbox(database, 'app', { limit: 9, before: dead.seq })).toEqual([]);
  expect((await metrics.getSingleMetric('shotloom_outbox_dead_total')?.get())?.values).toMatchObject([
    { value: 1, labels: { schema: 'app' } },
  ]);
  refuses = false;
  await replayDeadOutbox(database, 'app', dead.id);
  await waitFor(() => published.length === 4, { what: 'the message that was given back' });
  expect(published.at(-1)).toMatchObject({ id: dead.id, no: 1 });
  expect(await listDeadOutbox(database, 'app', { limit: 9 })).toEqual([]);
  await expect(replayDeadOutbox(database, 'app', dead.id)).rejects.toMatchObject({ code: 'not_found' });
});

it('waits with the partition for a message that the bus may take later', async () => {
  let refusals = 0;
  const publish: typeof accept = async (subject, envelope) => {
    if (refusals < 3) {
      refusals += 1;
      throw new AppError('unavailable', 'Not now.', { retryable: true });
    }
    await accept(subject, envelope);
  };
  for (let no = 0; no < 3; no += 1) await emit(database, 'key', no);
  startRelay(database, { publish, sweepMs: 20 });
  await waitFor(() => published.length === 3, { what: 'all messages' });
  expect(published.map((message) => message.no)).toEqual([0, 1, 2]);
  expect(await listDeadOutbox(database, 'app', { limit: 9 })).toEqual([]);
});

it('publishes again under the same id when it dies between the acknowledgement and the mark', async () => {
  const dying = fixture.open();
  const publish: typeof accept = async (subject, envelope) => {
    await accept(subject, envelope);
    if (published.length > 1) return;
    await sql`
      select pg_terminate_backend(pid) from pg_stat_activity
      where state = 'idle in transaction' and datname = current_database()`.execute(database.sql);
  };
  startRelay(dying, { publish, sweepMs: 50 });
  await emit(dying, 'key', 1);
  await waitFor(async () => (await unpublished()) === 0, { what: 'the mark' });
  expect(new Set(published.map((message) => message.id)).size).toBe(1);
  expect(published.length).toBe(2);
});

it('deletes what was kept long enough, and nothing that is not on the bus', async () => {
  await sql`
    insert into app.outbox (id, partition, subject, envelope, created_at, published_at)
    select gen_random_uuid(), 0, 's', '{}', now() - interval '9 days',
      case when n <= 2500 then now() - interval '25 hours' when n = 2501 then now() - interval '23 hours' end
    from generate_series(1, 2502) n`.execute(database.sql);
  await sql`
    insert into app.inbox values ('c', 'old', now() - interval '8 days'), ('c', 'new', now())`.execute(
    database.sql,
  );
  await deleteOld(database, 'app', () => true);
  const left = await sql<{ n: number }>`select count(*) as n from app.outbox`.execute(database.sql);
  expect(left.rows).toEqual([{ n: 2 }]);
  expect(await unpublished()).toBe(1);
  const { rows } = await sql`select message_id from app.inbox`.execute(database.sql);
  expect(rows).toEqual([{ message_id: 'new' }]);
});

it('tells the age of the oldest message and how many went out', async () => {
  const metrics = new Registry();
  await sql`
    insert into app.outbox (id, partition, subject, envelope, created_at)
    values (gen_random_uuid(), 5, 's', '{"id":"x","payload":{"name":"old","no":1}}', now() - interval '90 seconds')
  `.execute(database.sql);
  let up = false;
  const publish: typeof accept = async (subject, envelope) => {
    if (!up) throw new Error('away');
    await accept(subject, envelope);
  };
  startRelay(database, { metrics, publish, sweepMs: 20 });
  const value = async (name: string): Promise<number | undefined> =>
    (await metrics.getSingleMetric(name)?.get())?.values.find((each) => each.labels['schema'] === 'app')
      ?.value;
  await waitFor(async () => ((await value('shotloom_outbox_oldest_age_seconds')) ?? 0) >= 90, {
    what: 'the age',
  });
  up = true;
  await waitFor(async () => (await value('shotloom_outbox_published_total')) === 1, { what: 'the count' });
  await waitFor(async () => (await value('shotloom_outbox_oldest_age_seconds')) === 0, { what: 'age zero' });
});
