import { asError } from './backoff';
import { ShotloomError } from './errors';
import { isFinished } from './live-job';
import type { JobLinks, JobPage, JobResource, SocketMessage } from './types';
import type { Transport } from './transport';
import { JOB_STATUSES } from './wire';

/** Whose events: one job's, or all jobs of one user. */
export type EventScope = 'job' | 'user';

interface Seen {
  readonly version: number;
  readonly progress: number;
  readonly finished: boolean;
}

const WATCHED_JOBS = 50;
const OPEN_PAGE = 100;
const MOST_OPEN_PAGES = 10;
/** Jobs that are asked for one by one in a look; the next looks ask for the others. */
const MOST_SINGLE = 20;
/** Jobs that are remembered; those that ended are forgotten first. */
const MOST_SEEN = 5_000;
const OPEN_STATUSES = JOB_STATUSES.filter((status) => !isFinished({ status }));
const UNKNOWN: Seen = { version: 0, progress: -1, finished: false };

/** Takes a message at once, before anything else is told. */
type Tell = (message: SocketMessage) => void;

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
        this.remember(message.job_id, { ...known, version: message.version, progress: message.progress });
        return true;
      case 'job_complete':
      case 'error':
        this.remember(message.job_id, { ...known, progress: 100, finished: true });
        return !known.finished;
      case 'progress':
        return !known.finished;
      default:
        return true;
    }
  }

  /**
   * Tells what is new since the last look, oldest job first. Each job is told and taken note of in one go: a look that breaks off half way has told
   * all that it knows of. Rejects where the jobs cannot be read, and where the signal is aborted, after which it tells nothing.
   */
  async poll(signal: AbortSignal, tell: Tell): Promise<void> {
    for (const job of await this.read(signal)) await this.tellChanges(job, signal, tell);
  }

  private async read(signal: AbortSignal): Promise<JobResource[]> {
    if (this.scope === 'job') return [await this.get(this.id, signal)];
    const newest = (await this.list({ limit: String(WATCHED_JOBS) }, signal)).data;
    const behind = await this.readBehind(new Set(newest.map(({ id }) => id)), signal);
    return [...newest, ...behind]
      .reverse()
      .sort((one, other) => one.created_at.localeCompare(other.created_at));
  }

  /** Jobs whose end was not told yet and that newer ones have pushed out of sight: those that are open, and what became of the others. */
  private async readBehind(inSight: ReadonlySet<string>, signal: AbortSignal): Promise<JobResource[]> {
    const missing = new Set(
      [...this.seen].flatMap(([id, { finished }]) => (finished || inSight.has(id) ? [] : [id])),
    );
    const found: JobResource[] = [];
    let cursor: string | undefined;
    for (let pages = 0; missing.size > 0 && pages < MOST_OPEN_PAGES; pages += 1) {
      const query = { limit: String(OPEN_PAGE), status: OPEN_STATUSES.join(','), cursor };
      const { data, next_cursor: next } = await this.list(query, signal);
      for (const job of data) if (missing.delete(job.id)) found.push(job);
      if (next === null) break;
      cursor = next;
    }
    for (const id of [...missing].slice(0, MOST_SINGLE)) {
      const job = await this.get(id, signal).catch((error: unknown) => this.forget(id, error));
      if (job) found.push(job);
    }
    return found;
  }

  /** A job that was deleted ends without a word. */
  private forget(id: string, error: unknown): undefined {
    if (!(error instanceof ShotloomError && error.status === 404)) throw error;
    this.seen.delete(id);
  }

  private get(id: string, signal: AbortSignal): Promise<JobResource> {
    return this.transport.call<JobResource>(`/api/v1/jobs/${encodeURIComponent(id)}`, { signal });
  }

  private list(query: Record<string, string | undefined>, signal: AbortSignal): Promise<JobPage> {
    return this.transport.call<JobPage>('/api/v1/jobs', { query, signal });
  }

  private async tellChanges(job: JobResource, signal: AbortSignal, tell: Tell): Promise<void> {
    const { id, version, progress_percentage: progress } = job;
    const before = this.seen.get(id);
    // In a user's list old finished jobs are no news; a job asked for by its id always gets its end.
    const isDue = isFinished(job) && !before?.finished && (before !== undefined || this.scope === 'job');
    const end = isDue ? await this.endOf(job, signal) : undefined;
    if (signal.aborted) throw asError(signal.reason);
    const known = this.seen.get(id) ?? UNKNOWN;
    // An answer that was on its way while the stream told more.
    if (known.version > version) return;
    const isEndNews = end !== undefined && !known.finished;
    const isOver = known.finished || isEndNews || (isFinished(job) && !isDue);
    this.remember(id, { version, progress, finished: isOver });
    if (isNewer(known, { version, progress })) tell(statusOf(job));
    if (isEndNews) tell(end);
  }

  /** Undefined where it cannot be said yet: the next look finds it again. Throws where the caller may not ask. */
  private async endOf(job: JobResource, signal: AbortSignal): Promise<SocketMessage | undefined> {
    if (job.status === 'completed') {
      const output = await this.linkOf(job, signal);
      return output === undefined ? undefined : { type: 'job_complete', job_id: job.id, output_path: output };
    }
    return { type: 'error', job_id: job.id, error: job.error?.message ?? 'The job was cancelled.' };
  }

  /** Where the video is gone already, its stable address, as the server says it too. */
  private async linkOf(job: JobResource, signal: AbortSignal): Promise<string | undefined> {
    const path = `/api/v1/jobs/${encodeURIComponent(job.id)}`;
    try {
      return (await this.transport.call<JobLinks>(`${path}/links`, { signal })).video_url;
    } catch (error) {
      if (!(error instanceof ShotloomError) || error.status === 401 || error.status === 403) throw error;
      return [404, 409, 410].includes(error.status) ? `${path}/video` : undefined;
    }
  }

  private remember(id: string, seen: Seen): void {
    this.seen.delete(id);
    this.seen.set(id, seen);
    if (this.seen.size <= MOST_SEEN) return;
    for (const [oldest, { finished }] of this.seen) {
      if (!finished) continue;
      this.seen.delete(oldest);
      return;
    }
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
