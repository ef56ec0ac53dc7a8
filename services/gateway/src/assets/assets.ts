import { Inject, Injectable } from '@nestjs/common';
import type { Bus } from '@shotloom/bus';
import {
  deleteAssetRpc,
  getAssetRpc,
  listAssetsRpc,
  type AssetListQuery,
  type AssetPage,
  type AssetResource,
  type OwnAsset,
} from '@shotloom/contracts';
import { notFound, pathId } from '../http/path-id';
import { expiredProblem, type Caller } from '../jobs/jobs';
import { BUS } from '../platform/parts';
import { toUpload } from '../uploads/upload-resources';

/** A user's own stored files, asked of storage. `origin` is ours, without a slash at its end. */
@Injectable()
export class Assets {
  constructor(@Inject(BUS) private readonly bus: Bus) {}

  async list(query: AssetListQuery, { userId, requestId }: Caller, origin: string): Promise<AssetPage> {
    const { limit, cursor, kind, origin: from, content_type: contentType } = query;
    const { assets, nextCursor } = await this.bus.request(
      listAssetsRpc,
      { userId, limit, cursor, kind, origin: from, contentType },
      { correlationId: requestId },
    );
    return { data: assets.map((asset) => toAsset(asset, origin)), next_cursor: nextCursor };
  }

  /** Throws `not_found`, and `gone` where the plan no longer keeps it. */
  async get(id: string, { userId, requestId }: Caller, origin: string): Promise<AssetResource> {
    const { asset, expiredAt } = await this.bus.request(
      getAssetRpc,
      { userId, assetId: pathId('asset', id) },
      { correlationId: requestId },
    );
    if (expiredAt !== null) throw expiredProblem('asset', expiredAt);
    if (!asset) throw notFound('asset', id);
    return toAsset(asset, origin);
  }

  /** Throws `not_found`, and `conflict` where a job needs it or made it. */
  async remove(id: string, { userId, requestId }: Caller): Promise<void> {
    const question = { userId, assetId: pathId('asset', id) };
    await this.bus.request(deleteAssetRpc, question, { correlationId: requestId });
  }
}

function toAsset(asset: OwnAsset, origin: string): AssetResource {
  return {
    ...toUpload(asset, origin),
    origin: asset.origin,
    job_id: asset.jobId,
    fps: asset.fps,
    has_audio: asset.hasAudio ?? null,
    expires_at: asset.expiresAt,
  };
}
