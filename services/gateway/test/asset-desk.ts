import type { Bus } from '@shotloom/bus';
import {
  deleteAssetRpc,
  getAssetRpc,
  listAssetsRpc,
  type AssetRecord,
  type OwnAsset,
} from '@shotloom/contracts';
import { AppError } from '@shotloom/kernel';

/** Stands for what storage does with a user's files; by the contracts, owner and all. */
export class AssetDesk {
  /** By asset: jobs that need it. */
  readonly needed = new Map<string, string[]>();

  constructor(
    private readonly assets: Map<string, AssetRecord>,
    private readonly expired: ReadonlyMap<string, string>,
  ) {}

  answer(bus: Bus): void {
    bus.respond(listAssetsRpc, async ({ userId, limit, cursor, kind, origin, contentType }) => {
      const matching = [...this.assets.values()]
        .filter((asset) => asset.ownerUserId === userId && !this.expired.has(asset.assetId))
        .filter((asset) => kind === undefined || asset.kind === kind)
        .filter((asset) => origin === undefined || asset.origin === origin)
        .filter((asset) => contentType === undefined || asset.contentType === contentType)
        .toSorted((one, other) => other.assetId.localeCompare(one.assetId))
        .filter(({ assetId }) => cursor === undefined || assetId < cursor);
      const page = matching.slice(0, limit);
      const nextCursor = matching.length > limit ? (page.at(-1)?.assetId ?? null) : null;
      return { assets: page.map(toOwn), nextCursor };
    });
    bus.respond(getAssetRpc, async ({ userId, assetId }) => {
      const asset = this.own(userId, assetId);
      const expiredAt = (asset && this.expired.get(assetId)) ?? null;
      return { asset: asset && expiredAt === null ? toOwn(asset) : null, expiredAt };
    });
    bus.respond(deleteAssetRpc, async ({ userId, assetId }) => {
      if (!this.own(userId, assetId)) throw new AppError('not_found', `There is no asset ${assetId}.`);
      const jobIds = this.needed.get(assetId);
      if (jobIds) {
        const details = { reason: 'asset_in_use', job_ids: jobIds };
        throw new AppError('conflict', 'Jobs that have not ended need this file.', { details });
      }
      this.assets.delete(assetId);
      return { deleted: true as const };
    });
  }

  private own(userId: string, assetId: string): AssetRecord | undefined {
    const asset = this.assets.get(assetId);
    return asset?.ownerUserId === userId ? asset : undefined;
  }
}

const toOwn = (asset: AssetRecord): OwnAsset => ({ ...asset, jobId: null, expiresAt: null });
