import { sql } from 'kysely';
import { DeadLetter, RetryLater } from '@shotloom/bus';
import { AppError } from '@shotloom/kernel';
import type { Storage } from '../app.tokens';
import { findAsset, type AssetRow } from '../assets/asset-rows';
import type { QuietMoment } from '../ingest/quiet-moment';
import { makeVideoRenditions, type DecodedKind, type RenditionLimits } from './make-video-renditions';
import { noteRenditions, settledKinds, type RenditionResult } from './rendition-rows';

export interface RenditionMakerOptions {
  /** What is made of each video beside its poster; none: nothing is. */
  readonly kinds: readonly DecodedKind[];
  readonly limits: RenditionLimits;
  readonly quiet: QuietMoment;
}

type Parts = Pick<Storage, 'database' | 'store' | 'logger' | 'metrics'>;

/** Makes what is missing of a video's renditions, one video after the other, and never while ingests wait for the machine. */
export class RenditionMaker {
  readonly kinds: readonly DecodedKind[];

  constructor(
    private readonly parts: Parts,
    private readonly options: RenditionMakerOptions,
  ) {
    this.kinds = options.kinds;
  }

  /**
   * May be repeated at any point: a kind has one row and one place, and what is there is not made again. On the last try what failed is
   * noted as not to be had. Throws what another try may mend.
   */
  async make(assetId: string, { signal, isLast }: { signal: AbortSignal; isLast: boolean }): Promise<void> {
    const asset = await findAsset(this.parts.database.sql, assetId);
    if (!asset) throw new DeadLetter(`There is no asset ${assetId} to make renditions of.`);
    if (this.kinds.length === 0 || asset.kind !== 'video' || asset.deleted_at !== null) return;
    const settled = await settledKinds(this.parts.database.sql, assetId);
    const kinds = this.kinds.filter((kind) => !settled.has(kind));
    await this.options.quiet.come();
    const started = performance.now();
    const results = kinds.length === 0 ? [] : await this.tryAll(asset, kinds, { signal, isLast });
    await this.keep(assetId, results);
    for (const result of results)
      this.parts.metrics.rendition(result.kind, 'made' in result ? 'made' : 'failed');
    if (results.length > 0) this.parts.metrics.renditionSeconds((performance.now() - started) / 1_000);
  }

  private async tryAll(
    asset: AssetRow,
    kinds: readonly DecodedKind[],
    { signal, isLast }: { signal: AbortSignal; isLast: boolean },
  ): Promise<readonly RenditionResult[]> {
    const { store, logger } = this.parts;
    try {
      return await makeVideoRenditions({ store, asset, kinds, limits: this.options.limits, signal });
    } catch (error) {
      if (signal.aborted) throw error;
      const known = AppError.from(error);
      logger.warn({ err: error, assetId: asset.asset_id }, 'renditions could not be made');
      // A store that is away says nothing about the video: the sweep asks again.
      if (known.code === 'unavailable') throw error;
      if (!isLast) throw new RetryLater(known.message);
      return kinds.map((kind) => ({ kind, problem: `It failed: ${known.code}.` }));
    }
  }

  /** Whoever deleted the asset while we worked did not know of these objects. */
  private async keep(assetId: string, results: readonly RenditionResult[]): Promise<void> {
    const isLiving = await this.parts.database.run(async (tx) => {
      if (!(await noteRenditions(tx, assetId, results))) return false;
      await tx.sql
        .updateTable('media.assets')
        .set({ renditions_at: sql<Date>`now()` })
        .where('asset_id', '=', assetId)
        .where('renditions_at', 'is', null)
        .execute();
      return true;
    });
    if (isLiving) return;
    for (const result of results) if ('made' in result) await this.parts.store.remove(result.made.objectKey);
  }
}
