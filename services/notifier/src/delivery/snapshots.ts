import type { Bus } from '@shotloom/bus';
import { getJobRpc, jobStateMachine, listJobsRpc, type JobState } from '@shotloom/contracts';
import type { Scope } from './session';

/** Whole jobs, and NATS carries 1 MB an answer. A page may hold fewer and still not be the last. */
const PAGE = 50;
/** A user with more open jobs than this sees the newest at once, and the others with their next event. */
const MAX_JOBS = 1_000;
/** Without drafts: nothing becomes of them but by their user's word, of which an event tells, and a thousand would hide what is under way. */
const UNDER_WAY = jobStateMachine.states.filter(
  (status) => status !== 'draft' && !jobStateMachine.isTerminal(status),
);

/** The present state of what a socket watches, asked of job-orchestrator. Throws its errors. */
export class Snapshots {
  constructor(private readonly bus: Pick<Bus, 'request'>) {}

  /** The job, or all jobs of the user that are under way; undefined where the user has no such job. */
  async read(scope: Scope): Promise<readonly JobState[] | undefined> {
    if (scope.jobId === undefined) return this.openJobs(scope.userId);
    const job = await this.job(scope.userId, scope.jobId);
    return job && [job];
  }

  /** As `read`, with the jobs that a socket still thinks of as open: they may have ended while nobody heard of it. */
  async readAgain(scope: Scope, openJobIds: readonly string[]): Promise<readonly JobState[]> {
    const states = (await this.read(scope)) ?? [];
    const found = new Set(states.map((state) => state.jobId));
    const missing: JobState[] = [];
    for (const jobId of openJobIds) {
      const job = found.has(jobId) ? undefined : await this.job(scope.userId, jobId);
      if (job) missing.push(job);
    }
    return [...missing, ...states];
  }

  private async job(userId: string, jobId: string): Promise<JobState | undefined> {
    const { job } = await this.bus.request(getJobRpc, { userId, jobId });
    return job ?? undefined;
  }

  private async openJobs(userId: string): Promise<readonly JobState[]> {
    const jobs: JobState[] = [];
    const question = { userId, limit: PAGE, statuses: UNDER_WAY.slice() };
    let page = await this.list(question);
    jobs.push(...page.jobs);
    while (page.nextCursor !== null && jobs.length < MAX_JOBS) {
      page = await this.list({ ...question, cursor: page.nextCursor });
      jobs.push(...page.jobs);
    }
    return jobs;
  }

  private list(question: Parameters<typeof this.bus.request<typeof listJobsRpc>>[1]) {
    return this.bus.request(listJobsRpc, question);
  }
}
