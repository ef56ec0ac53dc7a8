import { sql } from 'kysely';
import { FileObjectStore } from '@shotloom/object-store';
import type { Storage } from '../app.tokens';
import { takeOutExpired } from '../gallery/take-out-expired';
import { askForMissingPosters } from '../posters/missing-posters';
import { askForMissingRenditions } from '../renditions/missing-renditions';
import { expireAssets } from '../retention/expire-assets';
import { sweepIncoming } from '../uploads/sweep-incoming';
import { sweepUploads } from '../uploads/sweep-uploads';
import { stampStore } from './database-stamp';
import { sweepOrphans, type SweepLimits } from './orphan-sweep';
import { totalStored } from './stored-totals';

const NAME = 'orphans';
/** Fewer looks than this would let a round pass when the process restarts often. */
const LOOKS_PER_INTERVAL = 4;
/** So much of what was done before a restore may go unnoticed. Milliseconds. */
const STAMP_MS = 60_000;

export interface SweeperOptions extends Pick<SweepLimits, 'orphanAgeMs' | 'maxShare'> {
  readonly intervalMs: number;
  /** See `stampStore`. */
  readonly restoreAccepted?: Date | undefined;
}

/**
 * Sweeps every interval, in one of the replicas: who moves the row does the round. Missing posters and uploads that have ended are
 * looked for more often, at every look and in every replica, since a row of them is taken by one only.
 */
export class Sweeper {
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> | undefined;
  private stamps: NodeJS.Timeout | undefined;
  private stamping: Promise<void> | undefined;
  private looks = 0;

  constructor(
    private readonly storage: Storage,
    private readonly options: SweeperOptions,
  ) {}

  start(): void {
    this.timer = setInterval(() => {
      this.running ??= this.turn().finally(() => {
        this.running = undefined;
      });
    }, this.options.intervalMs / LOOKS_PER_INTERVAL);
    this.stamps = setInterval(() => {
      this.stamping ??= this.stamp().finally(() => {
        this.stamping = undefined;
      });
    }, STAMP_MS);
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
    clearInterval(this.stamps);
    await Promise.all([this.running, this.stamping]);
  }

  /** What is found is said by the look, which comes soon. */
  private async stamp(): Promise<void> {
    await stampStore(this.storage, { accepted: this.options.restoreAccepted }).catch((error: unknown) => {
      this.storage.logger.debug({ err: error }, 'the object store was not stamped');
    });
  }

  /** False where the database was restored to an earlier moment: what it does not know is what it has lost. */
  private async isNewest(): Promise<boolean> {
    const { logger, metrics } = this.storage;
    const newer = await stampStore(this.storage, { accepted: this.options.restoreAccepted });
    if (newer === null) return true;
    metrics.sweepHeld('restored');
    logger.error(
      { RESTORE_ACCEPTED: newer.toISOString() },
      'this database is older than what the object store has seen: it was restored, or is another one. ' +
        'Nothing is swept or taken for its age until that time is given as RESTORE_ACCEPTED',
    );
    return false;
  }

  /** True for the one replica that may sweep now. A lock held for the whole round would keep a transaction open for it. */
  async claim(): Promise<boolean> {
    const seconds = this.options.intervalMs / 1_000;
    const claimed = await sql`
      insert into media.sweeps as sweep (name, begun_at) values (${NAME}, now())
      on conflict (name) do update set begun_at = now()
      where sweep.begun_at <= now() - make_interval(secs => ${seconds})`.execute(this.storage.database.sql);
    return claimed.numAffectedRows === 1n;
  }

  /** Nothing goes where somebody does not answer, and the rest of the round does not wait for that. */
  private async expire(): Promise<void> {
    const { logger } = this.storage;
    try {
      const expired = await expireAssets(this.storage);
      if (expired.marked + expired.expired > 0) logger.info(expired, 'took what plans no longer keep');
    } catch (error) {
      logger.warn({ err: error }, 'nothing was taken for its age; the next round tries again');
    }
  }

  /** In every replica, since each tells its own metrics; at the first look, and then once an interval. */
  private async measure(): Promise<void> {
    if (this.looks++ % LOOKS_PER_INTERVAL !== 0) return;
    this.storage.metrics.stored(await totalStored(this.storage));
  }

  /** One look, and the round where it is due. Never rejects. */
  async turn(): Promise<void> {
    const { store, logger } = this.storage;
    const { orphanAgeMs, maxShare } = this.options;
    try {
      const posters = await askForMissingPosters(this.storage);
      if (posters > 0) logger.warn({ posters }, 'asked again for posters that are missing');
      const uploads = await sweepUploads(this.storage);
      if (uploads.expired > 0) logger.info(uploads, 'ended uploads that nobody completed');
      const renditions = await askForMissingRenditions(this.storage);
      if (renditions > 0) logger.info({ renditions }, 'asked for renditions that are missing');
      const left = await takeOutExpired(this.storage);
      if (left > 0) logger.info({ left }, 'took entries of expired links out of the gallery');
      await this.measure();
      if (!(await this.isNewest())) return;
      await sweepIncoming(this.storage, { unknownMs: orphanAgeMs });
      await this.expire();
      if (!(await this.claim())) return;
      const swept = await sweepOrphans(this.storage, {
        orphanAgeMs,
        ...(maxShare === undefined ? {} : { maxShare }),
      });
      const files = store instanceof FileObjectStore ? await store.sweep(orphanAgeMs) : 0;
      logger.info({ ...swept, files }, 'swept');
    } catch (error) {
      logger.warn({ err: error }, 'the sweep failed; the next round tries again');
    }
  }
}
