import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { sql, type Kysely } from 'kysely';
import { newId } from '@shotloom/kernel';
import { ingest } from '../src/ingest/ingest';
import type { MediaTables } from '../src/schema/tables';
import { stampStore } from '../src/sweep/database-stamp';
import { knownKeys } from '../src/sweep/known-keys';
import { sweepOrphans } from '../src/sweep/orphan-sweep';
import { Sweeper, type SweeperOptions } from '../src/sweep/sweeper';
import { makeFilm } from './support/films';
import { keysBelow, raiseStage, rendered, type Stage } from './support/stage';

jest.setTimeout(60_000);

let stage: Stage;
let film: Buffer;

beforeAll(async () => {
  [stage, film] = await Promise.all([raiseStage(), makeFilm()]);
}, 120_000);
afterAll(() => stage.stop());

const stored = async (): Promise<{ attemptId: string; key: string }> => {
  const request = await rendered(stage.store, film);
  await ingest(stage.storage, request, newId());
  return { attemptId: request.attemptId, key: request.source.key };
};
const stamp = (accepted?: Date) => stampStore(stage.storage, { everySeconds: 0, accepted });
const isThere = async (key: string) => (await stage.store.stat(key)) !== undefined;

/** What a dump holds of these tables, and what bringing it back makes of them. */
const dump = async () => {
  const rows = await stage.database.sql.selectFrom('media.sweeps').selectAll().execute();
  const known = await stage.database.sql.selectFrom('media.assets').select('asset_id').execute();
  return async (): Promise<void> => {
    await stage.database.sql.deleteFrom('media.sweeps').execute();
    if (rows.length > 0) await stage.database.sql.insertInto('media.sweeps').values(rows).execute();
    const ids = known.map(({ asset_id }) => asset_id);
    await sql`delete from media.assets where asset_id <> all(${ids}::uuid[])`.execute(stage.database.sql);
  };
};
/** A round now, of objects however young. */
const look = async (options: Partial<SweeperOptions> = {}): Promise<void> => {
  await stage.database.sql.deleteFrom('media.sweeps').where('name', '=', 'orphans').execute();
  await new Sweeper(stage.storage, { intervalMs: 3_600_000, orphanAgeMs: -1_000, ...options }).turn();
};

describe('a database that was restored to an earlier moment', () => {
  it('loses no video that was paid for since, until an operator says that he has looked', async () => {
    expect(await stamp()).toBeNull();
    const before = await stored();
    const restore = await dump();
    expect(await stamp()).toBeNull();
    const paid = await stored();
    await restore();
    const seen = await stamp();
    expect(seen).toBeInstanceOf(Date);
    await look();
    // The witness stays, however often somebody looks.
    for (let time = 0; time < 3; time += 1) expect(await stamp()).toEqual(seen);
    await look();
    expect(await isThere(paid.key)).toBe(true);
    await look({ restoreAccepted: new Date((seen?.getTime() ?? 0) - 1) });
    expect(await isThere(paid.key)).toBe(true);
    await look({ restoreAccepted: seen ?? undefined });
    expect(await isThere(paid.key)).toBe(false);
    expect(await isThere(before.key)).toBe(true);
    // From here on all is as it was before, and the next restore is another one.
    expect(await stamp()).toBeNull();
    await restore();
    expect(await stamp(seen ?? undefined)).not.toBeNull();
    await stamp((await stamp()) ?? undefined);
    expect(await stamp()).toBeNull();
  });

  it('is an empty one too, or that of somebody else', async () => {
    expect(await stamp()).toBeNull();
    const { key } = await stored();
    await stage.database.sql.deleteFrom('media.sweeps').execute();
    const seen = await stamp();
    expect(seen).not.toBeNull();
    await look();
    expect(await isThere(key)).toBe(true);
    await stamp(seen ?? undefined);
    expect(await stamp()).toBeNull();
  });

  it('is not confused by replicas that write at the same time, nor by a store that is new', async () => {
    for (let time = 0; time < 5; time += 1) {
      expect(await Promise.all(Array.from({ length: 4 }, () => stamp()))).toEqual([null, null, null, null]);
    }
    await stage.store.remove('stamps/database');
    expect(await stamp()).toBeNull();
    expect(await isThere('stamps/database')).toBe(true);
  });

  it('is not told by what is no time: then nothing is swept either', async () => {
    const orphan = `attempts/${newId()}/1`;
    await put(orphan);
    const written = Buffer.from('who wrote this?');
    await stage.store.put('stamps/database', Readable.from([written]), { contentType: 'text/plain' });
    await expect(stamp()).rejects.toMatchObject({ code: 'internal' });
    await look();
    expect(await isThere(orphan)).toBe(true);
    await stage.store.remove('stamps/database');
    await look();
    expect(await isThere(orphan)).toBe(false);
  });
});

const put = (key: string) =>
  stage.store.put(key, Readable.from([randomBytes(10)]), { contentType: 'video/mp4' });

describe('so many unknown objects that rows must be missing', () => {
  it('are left alone and said, until somebody allows that share', async () => {
    const { key } = await stored();
    const keys = Array.from({ length: 51 }, () => `attempts/${newId()}/1`);
    for (const lost of keys) await put(lost);
    const held = await sweepOrphans(stage.storage, { orphanAgeMs: -1_000 });
    expect(held).toMatchObject({ orphans: 0, held: 51 });
    for (const lost of keys) expect(await isThere(lost)).toBe(true);
    expect(await sweepOrphans(stage.storage, { orphanAgeMs: -1_000, maxShare: 1 })).toMatchObject({
      orphans: 51,
      held: 0,
    });
    expect(await isThere(key)).toBe(true);
  });

  it('are what a crash leaves where they are few', async () => {
    const keys = Array.from({ length: 3 }, () => `uploads/${newId()}/1`);
    for (const lost of keys) await put(lost);
    expect(await sweepOrphans(stage.storage, { orphanAgeMs: -1_000 })).toMatchObject({ orphans: 3, held: 0 });
  });
});

/** Whole reads of the table that this connection has not told the server's statistics of yet. */
async function scansSoFar(db: Kysely<MediaTables>): Promise<number> {
  const { rows } = await sql<{ scans: number }>`
    select seq_scan::integer as scans from pg_stat_xact_user_tables
    where schemaname = 'media' and relname = 'assets'`.execute(db);
  return rows[0]?.scans ?? 0;
}

it('finds what it knows by indexes, also posters, and never reads the whole table', async () => {
  const { attemptId, key } = await stored();
  const { asset_id: assetId } = await stage.database.sql
    .updateTable('media.assets')
    .set(({ ref }) => ({ poster_key: sql<string>`'posters/' || ${ref('asset_id')} || '.jpg'` }))
    .where('attempt_id', '=', attemptId)
    .returning('asset_id')
    .executeTakeFirstOrThrow();
  await sql`
    insert into media.assets (asset_id, account_id, owner_user_id, kind, origin, object_key, content_type, size_bytes,
      sha256, width, height)
    select id, id, id, 'image', 'upload', 'uploads/' || id, 'image/png', 1, repeat('a', 64), 1, 1
    from (select gen_random_uuid() as id from generate_series(1, 5000)) as many`.execute(stage.database.sql);
  await sql`analyze media.assets`.execute(stage.database.sql);
  const poster = `posters/${assetId}.jpg`;
  const asked = [key, poster, `posters/${newId()}.jpg`, 'posters/none.jpg', `uploads/${newId()}/1`];
  const { known, scans } = await stage.database.run(async (tx) => {
    const before = await scansSoFar(tx.sql);
    const known = await knownKeys(tx.sql, asked);
    return { known, scans: (await scansSoFar(tx.sql)) - before };
  });
  expect([...known].sort()).toEqual([key, poster].sort());
  expect(scans).toBe(0);
  expect(await keysBelow(stage.store, key)).toEqual([key]);
});
