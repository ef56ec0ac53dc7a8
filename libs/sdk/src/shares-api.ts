import type { CallSignal } from './jobs-api';
import { pageQuery, type PageOptions } from './pages';
import type { Transport } from './transport';
import type { ShareJob, SharePage, ShareResource } from './types';

/** Public links to videos of your own jobs. An unknown job and another user's look the same: `not_found`. */
export class SharesApi {
  constructor(private readonly transport: Transport) {}

  /** Makes the job's link, or changes what is given of the one there is. Throws `conflict` where the job has no video (yet). */
  share(jobId: string, body: ShareJob = {}): Promise<ShareResource> {
    return this.transport.call<ShareResource>(pathOf(jobId), { method: 'POST', body, repeatable: true });
  }

  /** Throws `not_found` where the job is not shared. */
  get(jobId: string, { signal }: CallSignal = {}): Promise<ShareResource> {
    return this.transport.call<ShareResource>(pathOf(jobId), { signal });
  }

  /** Those that were not revoked, newest first. */
  list(page: PageOptions = {}, { signal }: CallSignal = {}): Promise<SharePage> {
    return this.transport.call<SharePage>('/api/v1/shares', { query: pageQuery(page), signal });
  }

  /** Closes the link at once, and takes the video out of the gallery with what was said there. */
  async revoke(jobId: string): Promise<void> {
    await this.transport.call<unknown>(pathOf(jobId), { method: 'DELETE' });
  }
}

function pathOf(jobId: string): string {
  return `/api/v1/jobs/${encodeURIComponent(jobId)}/share`;
}
