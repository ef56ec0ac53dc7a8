import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { sql } from 'kysely';
import { z } from 'zod';
import { AppError } from '@shotloom/kernel';
import type { Storage } from '../app.tokens';
import { objectKeys } from '../object-store/object-keys';

type Parts = Pick<Storage, 'database' | 'store'>;

export interface StampOptions {
  /** A stamp that is younger is left as it is, so that replicas do not write it all the time. Seconds. */
  readonly everySeconds?: number;
  /** The stamp of the store that an operator has looked at, and that may be forgotten. */
  readonly accepted?: Date | undefined;
}

const NAME = 'database-stamp';
const EVERY_SECONDS = 55;
/** Longer than any time. Bytes. */
const MAX_BYTES = 64;

/**
 * Writes the time into the database and then into the object store, and tells whether the store has a time that the database never had.
 * Then the database was restored to an earlier moment, or is another one: objects without a row are what it has lost, and not what nobody
 * wants. Such a stamp of the store stays, as the witness that it is, until an operator accepts it. Null: all is well.
 */
export async function stampStore(
  { database, store }: Parts,
  { everySeconds = EVERY_SECONDS, accepted }: StampOptions = {},
): Promise<Date | null> {
  // The store first: what another replica writes meanwhile makes the database newer, never older.
  const inStore = await readStamp(store);
  const inDatabase = await database.sql
    .selectFrom('media.sweeps')
    .select('begun_at')
    .where('name', '=', NAME)
    .executeTakeFirst();
  const isOlder = inStore !== null && (inDatabase?.begun_at.getTime() ?? 0) < inStore.getTime();
  const isAccepted = isOlder && accepted?.getTime() === inStore.getTime();
  if (isOlder && !isAccepted) return inStore;
  const stamp = await writeTime(database, inStore ?? new Date(0), isAccepted ? 0 : everySeconds, isAccepted);
  if (stamp) await writeStamp(store, stamp);
  return null;
}

/** Undefined where another replica has done it, or where the database has become an older one since we looked. */
async function writeTime(
  { sql: db }: Parts['database'],
  inStore: Date,
  everySeconds: number,
  isAccepted: boolean,
): Promise<Date | undefined> {
  const { rows } = await sql<{ begun_at: Date }>`
    insert into media.sweeps as sweep (name, begun_at)
    values (${NAME}, greatest(date_trunc('milliseconds', now()), ${inStore}::timestamptz + interval '1 millisecond'))
    on conflict (name) do update
      set begun_at = greatest(excluded.begun_at, sweep.begun_at + interval '1 millisecond')
      where (sweep.begun_at >= ${inStore}::timestamptz or ${isAccepted}::boolean)
        and sweep.begun_at <= now() - make_interval(secs => ${everySeconds})
    returning begun_at`.execute(db);
  return rows[0]?.begun_at;
}

async function readStamp(store: Storage['store']): Promise<Date | null> {
  const stat = await store.stat(objectKeys.databaseStamp);
  if (!stat) return null;
  const { body } = await store.get(objectKeys.databaseStamp, { range: { start: 0, end: MAX_BYTES - 1 } });
  const { data } = z.iso.datetime().safeParse(await text(body));
  if (data === undefined) {
    throw new AppError(
      'internal',
      `The object ${objectKeys.databaseStamp} holds no time: look who wrote it.`,
    );
  }
  return new Date(data);
}

async function writeStamp(store: Storage['store'], stamp: Date): Promise<void> {
  const body = stamp.toISOString();
  await store.put(objectKeys.databaseStamp, Readable.from([body]), {
    contentType: 'text/plain',
    size: body.length,
  });
}
