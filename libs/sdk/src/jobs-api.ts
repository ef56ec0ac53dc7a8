import { asError } from './backoff';
import type { FeedHandlers } from './event-feed';
import { randomKey } from './idempotency';
import { applyMessage, isFinished, newerJob, type LiveJob } from './live-job';
import type { Transport } from './transport';
import type {
  JobLinks,
  JobListFilter,
  JobLogPage,
  JobPage,
  JobResource,
  RetryJob,
  SocketMessage,
  StopAllJobs,
  StoppedJobs,
} from './types';

export interface CallSignal {
  readonly signal?: AbortSignal;
}

export interface WaitOptions extends CallSignal {
  /** The job as it is now, at first and after each change. */
  readonly onUpdate?: (job: LiveJob) => void;
}

export interface RetryOptions extends RetryJob, CallSignal {
  /** The same key and body give the same job. Default: a random one, kept through this call's own retries. */
  readonly idempotencyKey?: string;
}

export interface LogOptions extends CallSignal {
  /** The `next` of the page before. */
  readonly after?: number;
  readonly limit?: number;
}

type OpenFeed = (jobId: string, handlers: FeedHandlers) => { close(): void };

/** Reading, watching and ending jobs. An unknown id and another user's look the same: `not_found`. */
export class JobsApi {
  constructor(
    private readonly transport: Transport,
    private readonly openFeed: OpenFeed,
  ) {}

  get(id: string, { signal }: CallSignal = {}): Promise<JobResource> {
    return this.transport.call<JobResource>(pathOf(id), { signal });
  }

  /** One page, newest first. */
  list(filter: JobListFilter = {}, { signal }: CallSignal = {}): Promise<JobPage> {
    const query = {
      limit: filter.limit?.toString(),
      cursor: filter.cursor,
      status: filter.status && filter.status.length > 0 ? filter.status.join(',') : undefined,
      provider: filter.provider,
      created_from: filter.createdFrom,
      created_before: filter.createdBefore,
    };
    return this.transport.call<JobPage>('/api/v1/jobs', { query, signal });
  }

  /** Every job that the filter finds, page after page, fetched as the loop asks for more. */
  async *all(
    filter: JobListFilter = {},
    call: CallSignal = {},
  ): AsyncGenerator<JobResource, void, undefined> {
    let cursor = filter.cursor;
    do {
      const page: JobPage = await this.list({ ...filter, ...(cursor ? { cursor } : {}) }, call);
      yield* page.data;
      cursor = page.next_cursor ?? undefined;
    } while (cursor);
  }

  /** A job that runs answers with the condition `cancelling` and ends later. Throws `conflict` where it has ended. */
  cancel(id: string, { signal }: CallSignal = {}): Promise<JobResource> {
    return this.transport.call<JobResource>(`${pathOf(id)}/cancel`, { method: 'POST', signal });
  }

  /**
   * A new job with the inputs of one that has ended, at today's price. Throws `conflict` where that one may still be finished, and
   * `unsupported_by_model` where its model was retired.
   */
  retry(id: string, { idempotencyKey, signal, ...body }: RetryOptions = {}): Promise<JobResource> {
    return this.transport.call<JobResource>(`${pathOf(id)}/retry`, {
      method: 'POST',
      body,
      idempotencyKey: idempotencyKey ?? randomKey(),
      signal,
    });
  }

  /** Cancels your jobs that have not ended: those that match, or all. `more` says that there were too many for one call. */
  stopAll(body: StopAllJobs = {}, { signal }: CallSignal = {}): Promise<StoppedJobs> {
    return this.transport.call<StoppedJobs>('/api/v1/jobs/stop-all', { method: 'POST', body, signal });
  }

  /** What happened to the job and why, oldest first, a page at a time. */
  log(id: string, { after, limit, signal }: LogOptions = {}): Promise<JobLogPage> {
    const query = { after: after?.toString(), limit: limit?.toString() };
    return this.transport.call<JobLogPage>(`${pathOf(id)}/log`, { query, signal });
  }

  /** Removes the job and its video; one that runs is cancelled. */
  async delete(id: string, { signal }: CallSignal = {}): Promise<void> {
    await this.transport.call<unknown>(pathOf(id), { method: 'DELETE', signal });
  }

  /** Addresses that a player or a browser can open without the key, for an hour. */
  async links(id: string, { signal }: CallSignal = {}): Promise<JobLinks> {
    const links = await this.transport.call<JobLinks>(`${pathOf(id)}/links`, { signal });
    const full = (url: string | null | undefined) => (url ? this.transport.url(url) : null);
    const { spritesheet: sheet } = links;
    return {
      ...links,
      video_url: this.transport.url(links.video_url),
      download_url: this.transport.url(links.download_url),
      poster_url: full(links.poster_url),
      preview_url: full(links.preview_url),
      compressed_url: full(links.compressed_url),
      spritesheet: sheet ? { ...sheet, url: this.transport.url(sheet.url) } : null,
    };
  }

  /**
   * The job once it has ended: completed, failed or cancelled; look at `status`. Rejects when the signal is aborted, the
   * key is refused or there is no such job, never because the job failed.
   */
  async wait(id: string, { onUpdate, signal }: WaitOptions = {}): Promise<JobResource> {
    let job: LiveJob = await this.get(id, signal ? { signal } : {});
    onUpdate?.(job);
    if (isFinished(job)) return job;
    await this.untilOver(id, signal, (message) => {
      const next = applyMessage(job, message);
      // The end is shown with its result, which only the resource has.
      if (next === job || isFinished(next)) return;
      job = next;
      onUpdate?.(job);
    });
    const ended = newerJob(job, await this.get(id, signal ? { signal } : {}));
    onUpdate?.(ended);
    return ended;
  }

  private untilOver(id: string, signal: AbortSignal | undefined, onMessage: (m: SocketMessage) => void) {
    return new Promise<void>((resolve, reject) => {
      if (signal?.aborted) return reject(asError(signal.reason));
      const onAbort = () => {
        feed.close();
        reject(asError(signal?.reason));
      };
      const feed = this.openFeed(id, {
        onMessage,
        onError: (error) => {
          signal?.removeEventListener('abort', onAbort);
          reject(error);
        },
        // An error closes the feed as well, and is told first to whoever waits: hence the turn in between.
        onConnection: (connection) => {
          if (connection !== 'closed') return;
          signal?.removeEventListener('abort', onAbort);
          queueMicrotask(resolve);
        },
      });
      signal?.addEventListener('abort', onAbort, { once: true });
    });
  }
}

function pathOf(id: string): string {
  return `/api/v1/jobs/${encodeURIComponent(id)}`;
}
