import { sql } from 'kysely';
import { FileObjectStore } from '@shotloom/object-store';
import type { Storage } from '../app.tokens';
import { askForMissingPosters } from '../posters/missing-posters';
import { askForMissingRenditions } from '../renditions/missing-renditions';
import { expireAssets } from '../retention/expire-assets';
import { sweepUploads } from '../uploads/sweep-uploads';
import { sweepOrphans } from './orphan-sweep';
import { totalStored } from './stored-totals';

const NAME = 'orphans';
/** Fewer looks than this would let a round pass when the process restarts often. */
const LOOKS_PER_INTERVAL = 4;

/**
 * Sweeps every interval, in one of the replicas: who moves the row does the round. Missing posters and uploads that have ended are
 * looked for more often, at every look and in every replica, since a row of them is taken by one only.
 */
export class Sweeper {
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> | undefined;
  private looks = 0;

  constructor(
    private readonly storage: Storage,
    private readonly options: { readonly intervalMs: number; readonly orphanAgeMs: number },
  ) {}

  start(): void {
    this.timer = setInterval(() => {
      this.running ??= this.turn().finally(() => {
        this.running = undefined;
      });
    }, this.options.intervalMs / LOOKS_PER_INTERVAL);
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
    await this.running;
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

  private async turn(): Promise<void> {
    const { store, logger } = this.storage;
    const { orphanAgeMs } = this.options;
    try {
      const posters = await askForMissingPosters(this.storage);
      if (posters > 0) logger.warn({ posters }, 'asked again for posters that are missing');
      const uploads = await sweepUploads(this.storage);
      if (uploads.expired > 0) logger.info(uploads, 'ended uploads that nobody completed');
      const renditions = await askForMissingRenditions(this.storage);
      if (renditions > 0) logger.info({ renditions }, 'asked for renditions that are missing');
      await this.expire();
      await this.measure();
      if (!(await this.claim())) return;
      const swept = await sweepOrphans(this.storage, { orphanAgeMs });
      const files = store instanceof FileObjectStore ? await store.sweep(orphanAgeMs) : 0;
      logger.info({ ...swept, files }, 'swept');
    } catch (error) {
      logger.warn({ err: error }, 'the sweep failed; the next round tries again');
    }
  }
}
