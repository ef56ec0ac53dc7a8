import { sql } from 'kysely';
import { accountRetentionRpc, describeAssetsRpc, mediaFactsRpc } from '@shotloom/contracts';
import { newId } from '@shotloom/kernel';
import { waitFor } from '@shotloom/testing';
import { ingest } from '../src/ingest/ingest';
import { expireAssets } from '../src/retention/expire-assets';
import { noteRetention } from '../src/retention/note-retention';
import { sweepOrphans } from '../src/sweep/orphan-sweep';
import { makeFilm } from './support/films';
import { keysBelow, raiseStage, rendered, type Stage } from './support/stage';

const DAY_MS = 86_400_000;

describe('what plans no longer keep', () => {
  let stage: Stage;
  let film: Buffer;
  const plans = new Map<string, number | null>();

  beforeAll(async () => {
    [stage, film] = await Promise.all([raiseStage(), makeFilm()]);
    stage.bus.respond(accountRetentionRpc, ({ accountIds }) =>
      Promise.resolve({
        accounts: accountIds
          .filter((id) => plans.has(id))
          .map((accountId) => ({
            accountId,
            accountVersion: 0,
            planId: 'small',
            version: 1,
            retentionDays: plans.get(accountId) ?? null,
          })),
      }),
    );
  }, 120_000);
  afterAll(() => stage.stop());
  beforeEach(async () => {
    stage.jobs.needs.clear();
    stage.jobs.away = false;
    plans.clear();
    for (const table of ['media.assets', 'media.account_retention', 'media.plan_retention'] as const) {
      await stage.database.sql.deleteFrom(table).execute();
    }
  });

  const stored = async (days: number | null, ageDays: number) => {
    const request = await rendered(stage.store, film);
    plans.set(request.accountId, days);
    const { asset } = await ingest(stage.storage, request, newId());
    const assetId = asset?.asset_id ?? '';
    await stage.database.sql
      .updateTable('media.assets')
      .set({ created_at: new Date(Date.now() - ageDays * DAY_MS) })
      .where('asset_id', '=', assetId)
      .execute();
    return { assetId, userId: request.ownerUserId, accountId: request.accountId, key: request.source.key };
  };
  const round = (graceSeconds = 0, suddenSeconds = 0) =>
    expireAssets(stage.storage, { graceSeconds, suddenSeconds });
  const rowOf = (assetId: string) =>
    stage.database.sql
      .selectFrom('media.assets')
      .selectAll()
      .where('asset_id', '=', assetId)
      .executeTakeFirstOrThrow();

  it('goes in two steps, with its files, and is told apart from what never was', async () => {
    const [old, young, kept] = [await stored(30, 31), await stored(30, 29), await stored(null, 4_000)];
    expect(await round(3_600)).toEqual({ marked: 1, expired: 0 });
    const question = { userId: old.userId, assetIds: [old.assetId], expiresInSeconds: 60 };
    expect(await stage.bus.request(describeAssetsRpc, question)).toMatchObject({
      assets: [],
      expired: [{ assetId: old.assetId }],
    });
    expect((await rowOf(old.assetId)).deleted_at).toBeNull();
    expect(await round()).toMatchObject({ expired: 1 });
    await waitFor(async () => (await rowOf(old.assetId)).objects_removed_at, { what: 'the files to go' });
    expect(await keysBelow(stage.store, old.key)).toEqual([]);
    const { facts } = await stage.bus.request(mediaFactsRpc, question);
    expect(facts).toMatchObject([{ expiredAt: expect.any(String) as string, hasPoster: false }]);
    for (const { assetId, key } of [young, kept]) {
      expect(await rowOf(assetId)).toMatchObject({ deleted_at: null, expiring_at: null });
      expect(await keysBelow(stage.store, key)).toEqual([key]);
    }
    const shown = await stage.bus.request(mediaFactsRpc, { userId: young.userId, assetIds: [young.assetId] });
    expect(Date.parse(shown.facts[0]?.expiresAt ?? '')).toBeGreaterThan(Date.now());
    const stranger = await stage.bus.request(mediaFactsRpc, { userId: newId(), assetIds: [old.assetId] });
    expect(stranger.facts).toEqual([]);
  });

  it('stays while a job uses it, while it is held or shared, and while nobody answers', async () => {
    const [used, held, other] = [await stored(30, 31), await stored(30, 31), await stored(30, 31)];
    await stage.database.sql
      .insertInto('media.asset_holds')
      .values({ asset_id: held.assetId, reason: 'kept' })
      .execute();
    const shared = await stored(30, 31);
    await stage.database.sql
      .insertInto('media.shares')
      .values({
        share_id: newId(),
        job_id: newId(),
        asset_id: shared.assetId,
        account_id: shared.accountId,
        owner_user_id: shared.userId,
        token: 'a'.repeat(43),
        title: null,
        prompt: null,
        model: 'animatic:animatic-1',
        allow_download: false,
        expires_at: null,
        blocked_at: null,
      })
      .execute();
    stage.jobs.away = true;
    await expect(round()).rejects.toMatchObject({ code: 'unavailable' });
    for (const { assetId } of [used, held, other]) expect((await rowOf(assetId)).deleted_at).toBeNull();
    stage.jobs.away = false;
    stage.jobs.needs.set(newId(), [used.assetId]);
    expect(await round()).toMatchObject({ expired: 1 });
    expect((await rowOf(other.assetId)).expired_at).not.toBeNull();
    for (const { assetId } of [used, held]) expect((await rowOf(assetId)).deleted_at).toBeNull();
    stage.jobs.needs.clear();
    expect(await round()).toMatchObject({ expired: 1 });
    expect((await rowOf(held.assetId)).deleted_at).toBeNull();
    expect((await rowOf(shared.assetId)).expiring_at).toBeNull();
    await stage.database.sql
      .updateTable('media.shares')
      .set({ token: null })
      .where('asset_id', '=', shared.assetId)
      .execute();
    expect(await round()).toMatchObject({ marked: 1, expired: 1 });
    await stage.database.sql.deleteFrom('media.shares').execute();
  });

  it('stays where a plan that keeps more comes after the mark, and older news changes nothing', async () => {
    const { assetId, accountId } = await stored(30, 31);
    await round(3_600);
    const news = { account: { id: accountId, version: 5 }, planId: 'large', version: 2, retentionDays: 90 };
    await stage.database.run((tx) => noteRetention(tx, news));
    const older = { ...news, account: { id: accountId, version: 4 }, retentionDays: 1 };
    await stage.database.run((tx) => noteRetention(tx, older));
    expect(await round()).toEqual({ marked: 0, expired: 0 });
    expect(await rowOf(assetId)).toMatchObject({ deleted_at: null, expiring_at: null });
    const plan = { account: null, planId: 'large', version: 3, retentionDays: 7 };
    await stage.database.run((tx) => noteRetention(tx, plan));
    expect(await round()).toEqual({ marked: 1, expired: 1 });
  });

  it('waits for days where all of it is due at once, and comes back where the plan does', async () => {
    const week = 7 * 86_400;
    const [old, usual] = [await stored(90, 60), await stored(30, 31)];
    expect(await round(0, week)).toEqual({ marked: 1, expired: 1 });
    expect((await rowOf(usual.assetId)).expired_at).not.toBeNull();
    const news = (version: number, retentionDays: number) => ({
      ...{ account: { id: old.accountId, version }, planId: 'other', version, retentionDays },
    });
    await stage.database.run((tx) => noteRetention(tx, news(5, 7)));
    expect(await round(0, week)).toEqual({ marked: 1, expired: 0 });
    const question = { userId: old.userId, assetIds: [old.assetId], expiresInSeconds: 60 };
    const { expired } = await stage.bus.request(describeAssetsRpc, question);
    expect(Date.parse(expired?.[0]?.expiredAt ?? '')).toBeLessThanOrEqual(Date.now());
    expect(await round(0, week)).toEqual({ marked: 0, expired: 0 });
    await stage.database.run((tx) => noteRetention(tx, news(6, 90)));
    expect(await round(0, week)).toEqual({ marked: 0, expired: 0 });
    expect((await stage.bus.request(describeAssetsRpc, question)).assets).toHaveLength(1);
    await stage.database.run((tx) => noteRetention(tx, news(7, 7)));
    expect(await round(0, week)).toEqual({ marked: 1, expired: 0 });
    await sql`update media.assets set expiring_at = expiring_at - interval '7 days'`.execute(
      stage.database.sql,
    );
    expect(await round(0, week)).toEqual({ marked: 0, expired: 1 });
  });

  it('is not confused with orphans: the sweep removes renditions without a row, and no others', async () => {
    const { assetId, userId } = await stored(null, 1);
    const question = { userId, assetIds: [assetId] };
    await waitFor(
      async () => (await stage.bus.request(mediaFactsRpc, question)).facts[0]?.renditions.length === 3,
      { what: 'all renditions', timeoutMs: 60_000 },
    );
    const before = await keysBelow(stage.store, `renditions/${assetId}/`);
    const stray = `renditions/${newId()}/preview.webp`;
    await stage.store.copy(before[0] ?? '', stray);
    await sweepOrphans(stage.storage, { orphanAgeMs: -1_000 });
    expect(await keysBelow(stage.store, stray)).toEqual([]);
    expect(await keysBelow(stage.store, `renditions/${assetId}/`)).toEqual(before);
  });
});
