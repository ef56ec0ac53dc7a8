import type { Bus } from '@shotloom/bus';
import {
  availableCreditsRpc,
  creditsChangedV1,
  describeAssetsRpc,
  endedCredentialsRpc,
  getJobRpc,
  jobChangedV1,
  jobProgressV1,
  listJobsRpc,
  subjects,
  verifyCredentialRpc,
  type Principal,
  type JobState,
} from '@shotloom/contracts';
import { isId, newId } from '@shotloom/kernel';
import type { JobProgress } from '../../src/delivery/job-event';
import { jobRecord, OTHER_USER, USER } from './job-fixtures';

/** The services around the notifier, answering on a real bus from memory. */
export class Peers {
  readonly jobs = new Map<string, JobState>();
  readonly keys = new Map([
    ['sl_user', USER],
    ['sl_other', OTHER_USER],
  ]);
  readonly tickets = new Map<string, string>();
  /** Access tokens: their users, and the sessions that live. */
  readonly sessions = new Map<string, { readonly userId: string; readonly sessionId: string }>();
  /** Jobs in one answer at most, whatever limit was asked for: job-orchestrator bounds its answers by bytes too. */
  jobsPerPage = 100;
  /** What each user can spend, and how many were asked about in each question. */
  readonly balances = new Map<string, { accountId: string; available: number }>();
  readonly balanceQuestions: number[] = [];
  linksAsked = 0;
  linksFail = false;
  /** Runs before a snapshot is answered: the moment in which events and snapshots race. */
  beforeSnapshot: () => Promise<void> = () => Promise.resolve();

  /** Runs before a key is judged. */
  beforeVerdict: () => Promise<void> = () => Promise.resolve();

  constructor(private readonly bus: Bus) {
    bus.respond(verifyCredentialRpc, async ({ kind, value }) => {
      await this.beforeVerdict();
      return this.verify(kind, value);
    });
    bus.respond(endedCredentialsRpc, ({ sessionIds }) => {
      const living = new Set([...this.sessions.values()].map(({ sessionId }) => sessionId));
      return Promise.resolve({ sessionIds: sessionIds.filter((id) => !living.has(id)), keyIds: [] });
    });
    bus.respond(getJobRpc, async ({ userId, jobId }) => {
      // As Postgres does with what it cannot compare to a uuid.
      if (!isId(jobId)) throw new Error('invalid input syntax for type uuid');
      const job = this.jobs.get(jobId.toLowerCase());
      await this.beforeSnapshot();
      return { job: job?.ownerUserId === userId ? jobRecord(job) : null };
    });
    bus.respond(listJobsRpc, async ({ userId, limit, cursor = '0', statuses }) => {
      const open = [...this.jobs.values()].filter(
        (job) => job.ownerUserId === userId && (statuses?.includes(job.status) ?? true),
      );
      await this.beforeSnapshot();
      const [from, to] = [Number(cursor), Number(cursor) + Math.min(limit, this.jobsPerPage)];
      return {
        jobs: open.slice(from, to).map(jobRecord),
        nextCursor: to < open.length ? String(to) : null,
      };
    });
    bus.respond(availableCreditsRpc, ({ holders }) => {
      this.balanceQuestions.push(holders.length);
      return Promise.resolve({ balances: holders.map(({ userId }) => this.balances.get(userId) ?? null) });
    });
    bus.respond(describeAssetsRpc, ({ assetIds }) => {
      this.linksAsked += 1;
      if (this.linksFail) throw new Error('storage is ill');
      return Promise.resolve({ assets: assetIds.map(describedAsset) });
    });
  }

  /** Commits a state and publishes its event, as job-orchestrator's outbox does; `copies` are redeliveries of it. */
  async change(state: JobState, copies = 1): Promise<void> {
    this.jobs.set(state.jobId, state);
    for (let copy = 0; copy < copies; copy += 1) await this.publish(state);
  }

  async publish(state: JobState): Promise<void> {
    const subject = subjects.jobs(state.ownerUserId);
    await this.bus.publish(jobChangedV1, { state }, { subject, correlationId: state.jobId, id: newId() });
  }

  /** Another sum, and the news of it, as gateway and job-orchestrator tell it after the commit. */
  spend(userId: string, accountId: string, available: number): void {
    this.balances.set(userId, { accountId, available });
    const payload = { accountIds: [accountId], userIds: [] };
    this.bus.emit(creditsChangedV1, payload, { subject: subjects.creditsChanged, correlationId: newId() });
  }

  progress(progress: JobProgress): void {
    const subject = subjects.progress(progress.ownerUserId);
    this.bus.emit(jobProgressV1, progress, { subject, correlationId: progress.jobId });
  }

  private verify(kind: Principal['method'], value: string): { principal: Principal | null } {
    const session = kind === 'session' ? this.sessions.get(value) : undefined;
    const known = kind === 'ticket' ? this.tickets : this.keys;
    const userId = kind === 'session' ? session?.userId : known.get(value);
    if (kind === 'ticket') this.tickets.delete(value);
    if (userId === undefined) return { principal: null };
    const facts = { role: 'user', method: kind, keyId: null, sessionId: session?.sessionId ?? null } as const;
    return { principal: { userId, accountId: userId, scopes: ['read'], ...facts } };
  }
}

function describedAsset(assetId: string) {
  return {
    assetId,
    accountId: USER,
    ownerUserId: USER,
    kind: 'video' as const,
    origin: 'generated' as const,
    objectKey: 'attempts/a/1',
    contentType: 'video/mp4',
    sizeBytes: 1,
    sha256: '0'.repeat(64),
    width: 1280,
    height: 720,
    durationSeconds: 5,
    fps: 24,
    videoCodec: 'h264',
    fileName: null,
    posterKey: null,
    createdAt: new Date().toISOString(),
    url: `http://storage/${assetId}?signed`,
    downloadUrl: '',
    posterUrl: null,
    urlsExpireAt: new Date().toISOString(),
  };
}
