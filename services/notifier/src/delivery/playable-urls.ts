import type { Bus } from '@shotloom/bus';
import { describeAssetsRpc, type JobState } from '@shotloom/contracts';
import type { Logger } from '@shotloom/service-kit';

const CACHE_MS = 60_000;
/** An hour as promised, even for the last one who is given the cached link. */
const EXPIRES_SECONDS = 3_600 + CACHE_MS / 1_000;
const ANSWER_MS = 2_000;

/** Links to finished videos. Storage is asked once an event, however many sockets wait for the answer. */
export class PlayableUrls {
  private readonly cache = new Map<string, Promise<string>>();

  constructor(
    private readonly options: {
      readonly bus: Pick<Bus, 'request'>;
      readonly logger: Logger;
      /** In front of the API path that stands in where there is no link. */
      readonly publicUrl?: string | undefined;
    },
  ) {}

  /** Never rejects: where storage gives no link, it is the job's stable address, which needs the client's key. */
  of(state: JobState): Promise<string> {
    const known = this.cache.get(state.jobId);
    if (known) return known;
    const asked = this.ask(state);
    this.cache.set(state.jobId, asked);
    setTimeout(() => this.cache.delete(state.jobId), CACHE_MS).unref();
    return asked;
  }

  private async ask(state: JobState): Promise<string> {
    const { bus, logger } = this.options;
    const { jobId, ownerUserId: userId, output } = state;
    try {
      if (output) {
        const question = { userId, assetIds: [output.assetId], expiresInSeconds: EXPIRES_SECONDS };
        const { assets } = await bus.request(describeAssetsRpc, question, { timeoutMs: ANSWER_MS });
        const [asset] = assets;
        if (asset) return asset.url;
      }
      logger.warn({ jobId }, 'storage knows no video of a completed job');
    } catch (error) {
      logger.warn({ err: error, jobId }, 'storage gave no link; the stable address is sent');
    }
    // What failed must not be remembered: the next one who asks may get a real link.
    this.cache.delete(jobId);
    const base = this.options.publicUrl?.replace(/\/+$/, '') ?? '';
    return `${base}/api/v1/jobs/${jobId}/video`;
  }
}
