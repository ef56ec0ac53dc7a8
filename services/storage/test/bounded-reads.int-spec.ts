import { sql } from 'kysely';
import type { listAssetsRpc, RpcRequest } from '@shotloom/contracts';
import { migrate, openDatabase, type Database } from '@shotloom/database';
import { newId } from '@shotloom/kernel';
import { createTestDatabase, rowsRead, silentLogger, type TestDatabase } from '@shotloom/testing';
import { listAssets } from '../src/assets/own-assets';
import { mediaMigrations } from '../src/schema/migrations';
import type { MediaTables } from '../src/schema/tables';

/** A user with many videos and a few pictures. */
const VIDEOS = 3_000;
const PICTURES = 5;
const PAGE = 20;
const owner = newId();

let testDatabase: TestDatabase;
let database: Database<MediaTables>;
beforeAll(async () => {
  testDatabase = await createTestDatabase();
  await migrate({ url: testDatabase.url }, [mediaMigrations]);
  database = openDatabase({ url: testDatabase.url, applicationName: 'test', logger: silentLogger() });
  await sql`
    insert into media.assets (asset_id, account_id, owner_user_id, kind, origin, attempt_id, object_key, content_type, size_bytes, sha256,
      width, height, duration_seconds, created_at)
    select gen_random_uuid(), ${newId()}, ${owner}, what.kind, what.origin,
      case what.origin when 'generated' then gen_random_uuid() end, what.kind || n, what.type, 1, repeat('0', 64), 1, 1,
      case what.kind when 'video' then 1 end, now() - make_interval(secs => n + what.older)
    from (values ('video', 'generated', 'video/mp4', ${VIDEOS}::int, 0),
      ('image', 'upload', 'image/png', ${PICTURES}::int, ${VIDEOS}::int)) as what (kind, origin, type, count, older)
    cross join lateral generate_series(1, what.count) as n`.execute(database.sql);
  await sql`analyze`.execute(database.sql);
}, 60_000);
afterAll(async () => {
  await database.close();
  await testDatabase.drop();
});

type Filter = Omit<RpcRequest<typeof listAssetsRpc>, 'userId' | 'limit'>;
const filters: [string, Filter, number][] = [
  ['everything', {}, PAGE],
  ['videos', { kind: 'video' }, PAGE],
  ['pictures', { kind: 'image' }, PICTURES],
  ['uploads', { origin: 'upload' }, PICTURES],
  ['uploaded videos, of which there are none', { kind: 'video', origin: 'upload' }, 0],
  ['a type that there is', { contentType: 'image/png' }, PICTURES],
  ['a type that there is not', { contentType: 'video/webm' }, 0],
];
it.each(filters)('lists %s by reading about a page', async (_, filter, size) => {
  const read = await database.run((tx) =>
    rowsRead(
      (statement) => sql.raw(statement).execute(tx.sql),
      'media',
      async () => {
        const { assets } = await listAssets({ database: tx }, { userId: owner, limit: PAGE, ...filter });
        expect(assets).toHaveLength(size);
      },
    ),
  );
  expect(read).toBeLessThanOrEqual(5 * PAGE);
});

it('goes page by page through all that matches, each once, the newest first', async () => {
  const seen: { assetId: string; createdAt: string }[] = [];
  let cursor: string | undefined;
  do {
    const page = await listAssets({ database }, { userId: owner, limit: 100, kind: 'video', cursor });
    seen.push(...page.assets);
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
  expect(new Set(seen.map(({ assetId }) => assetId)).size).toBe(VIDEOS);
  const times = seen.map(({ createdAt }) => createdAt);
  expect(times).toEqual(times.toSorted().toReversed());
});
