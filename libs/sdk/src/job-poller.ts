import { isFinished } from './live-job';
import type { JobLinks, JobPage, JobResource, SocketMessage } from './types';
import type { Transport } from './transport';

/** Whose events: one job's, or all jobs of one user. */
export type EventScope = 'job' | 'user';

interface Seen {
  readonly version: number;
  readonly progress: number;
  readonly finished: boolean;
}

const WATCHED_JOBS = 50;
const UNKNOWN: Seen = { version: 0, progress: -1, finished: false };

/**
 * Says by asking what the socket would have said by itself, so that whoever listens need not know which it was. It is
 * told what came over the socket, and repeats none of it.
 */
export class JobPoller {
  private readonly seen = new Map<string, Seen>();

  constructor(
    private readonly transport: Transport,
    private readonly scope: EventScope,
    private readonly id: string,
  ) {}

  /**
   * Takes note of a message that came another way. False where it was told before, by whichever way: what a socket tells again of the past is
   * no news to who has polled meanwhile.
   */
  note(message: SocketMessage): boolean {
    if (!('job_id' in message)) return true;
    const known = this.seen.get(message.job_id) ?? UNKNOWN;
    switch (message.type) {
      case 'status':
        if (!isNewer(known, message)) return false;
        this.seen.set(message.job_id, { ...known, version: message.version, progress: message.progress });
        return true;
      case 'job_complete':
      case 'error':
        this.seen.set(message.job_id, { ...known, progress: 100, finished: true });
        return !known.finished;
      case 'progress':
        return !known.finished;
      default:
        return true;
    }
  }

  /** What is new since the last look, oldest job first. */
  async poll(signal: AbortSignal): Promise<SocketMessage[]> {
    const messages: SocketMessage[] = [];
    for (const job of await this.read(signal)) messages.push(...(await this.changes(job, signal)));
    return messages;
  }

  private async read(signal: AbortSignal): Promise<JobResource[]> {
    if (this.scope === 'job') {
      return [
        await this.transport.call<JobResource>(`/api/v1/jobs/${encodeURIComponent(this.id)}`, { signal }),
      ];
    }
    const query = { limit: String(WATCHED_JOBS) };
    return (await this.transport.call<JobPage>('/api/v1/jobs', { query, signal })).data.reverse();
  }

  private async changes(job: JobResource, signal: AbortSignal): Promise<SocketMessage[]> {
    const known = this.seen.get(job.id);
    const { version, progress_percentage: progress } = job;
    const finished = isFinished(job);
    // An answer that was on its way while the stream told more.
    if (known && known.version > version) return [];
    const messages: SocketMessage[] = [];
    if (isNewer(known ?? UNKNOWN, { version, progress })) messages.push(statusOf(job));
    // In a user's list old finished jobs are no news; a job asked for by its id always gets its end.
    const endIsNews = finished && !known?.finished && (known !== undefined || this.scope === 'job');
    if (endIsNews) messages.push(await this.endOf(job, signal));
    this.seen.set(job.id, { version, progress, finished });
    return messages;
  }

  private async endOf(job: JobResource, signal: AbortSignal): Promise<SocketMessage> {
    if (job.status === 'completed') {
      const path = `/api/v1/jobs/${encodeURIComponent(job.id)}/links`;
      const links = await this.transport.call<JobLinks>(path, { signal });
      return { type: 'job_complete', job_id: job.id, output_path: links.video_url };
    }
    return { type: 'error', job_id: job.id, error: job.error?.message ?? 'The job was cancelled.' };
  }
}

function isNewer(known: Seen, now: Pick<Seen, 'version' | 'progress'>): boolean {
  return now.version > known.version || (now.version === known.version && now.progress > known.progress);
}

function statusOf(job: JobResource): SocketMessage {
  return {
    type: 'status',
    job_id: job.id,
    version: job.version,
    status: job.status,
    stage: job.stage,
    conditions: job.conditions,
    progress: job.progress_percentage,
    progress_estimated: job.progress_estimated,
  };
}
