import { readFile } from 'node:fs/promises';
import { accountRetentionRpc, assetsInUseRpc, describeAssetsRpc } from '@shotloom/contracts';
import { samplePath } from '@shotloom/testing';
import { expireAssets } from '../src/retention/expire-assets';
import { keysBelow, raiseStage, type Stage } from './support/stage';
import { sha256Of, Visitor } from './support/visitor';

const DAY_MS = 86_400_000;

/** The same file once more, when the first is old or lost. */
describe('an upload that is sent again', () => {
  let stage: Stage;
  let photo: Buffer;

  beforeAll(async () => {
    [stage, photo] = await Promise.all([raiseStage(), readFile(samplePath('chelsea.png'))]);
    stage.bus.respond(assetsInUseRpc, () => Promise.resolve({ inUse: [] }));
    stage.bus.respond(accountRetentionRpc, ({ accountIds }) =>
      Promise.resolve({
        accounts: accountIds.map((accountId) => ({
          accountId,
          ...{ accountVersion: 0, planId: 'small', version: 1, retentionDays: 30 },
        })),
      }),
    );
  }, 120_000);
  afterAll(() => stage.stop());

  const age = async (assetId: string, days: number): Promise<void> => {
    const created_at = new Date(Date.now() - days * DAY_MS);
    for (const table of ['media.assets', 'media.asset_claims'] as const) {
      await stage.database.sql
        .updateTable(table)
        .set({ created_at })
        .where('asset_id', '=', assetId)
        .execute();
    }
  };
  const shown = async ({ userId }: Visitor, assetId: string): Promise<string[]> => {
    const question = { userId, assetIds: [assetId], expiresInSeconds: 60 };
    return (await stage.bus.request(describeAssetsRpc, question)).assets.map((asset) => asset.assetId);
  };
  const round = (graceSeconds: number, batch?: number) =>
    expireAssets(stage.storage, { graceSeconds, ...(batch === undefined ? {} : { batch }) });

  it('is kept from now on, also where it was about to go', async () => {
    const visitor = new Visitor(stage);
    const { assetId, objectKey } = await visitor.upload(photo);
    await age(assetId, 31);
    expect(await round(3_600)).toEqual({ marked: 1, expired: 0 });
    expect(await shown(visitor, assetId)).toEqual([]);
    const again = await visitor.upload(photo);
    expect(again.assetId).toBe(assetId);
    expect(await shown(visitor, assetId)).toEqual([assetId]);
    expect(await round(0)).toEqual({ marked: 0, expired: 0 });
    expect(await shown(visitor, assetId)).toEqual([assetId]);
    expect(await keysBelow(stage.store, objectKey)).toEqual([objectKey]);
    await age(assetId, 31);
    expect(await round(0)).toEqual({ marked: 1, expired: 1 });
    expect((await visitor.upload(photo)).assetId).not.toBe(assetId);
  });

  it('has its bytes again where those of the first were lost', async () => {
    const visitor = new Visitor(stage);
    const first = await visitor.upload(photo);
    await stage.store.remove(first.objectKey);
    const second = await visitor.upload(photo);
    expect(second.assetId).toBe(first.assetId);
    const { body } = await stage.store.get(second.objectKey);
    expect(sha256Of(Buffer.concat((await body.toArray()) as Buffer[]))).toBe(first.sha256);
    const question = { userId: visitor.userId, assetIds: [first.assetId], expiresInSeconds: 60 };
    const { assets } = await stage.bus.request(describeAssetsRpc, question);
    expect((await fetch(assets[0]?.url ?? '')).status).toBe(200);
    // A third finds one that is whole, and goes.
    expect((await visitor.upload(photo)).objectKey).toBe(second.objectKey);
  });

  it('goes in one look with all that is due, however many batches they are', async () => {
    const visitors = Array.from({ length: 5 }, () => new Visitor(stage));
    const assets = await Promise.all(visitors.map((visitor) => visitor.upload(photo)));
    // Who they are is learned of first.
    expect(await round(3_600)).toEqual({ marked: 0, expired: 0 });
    for (const { assetId } of assets) await age(assetId, 31);
    expect(await round(0, 2)).toEqual({ marked: 5, expired: 5 });
  });
});
