import { setTimeout as delay } from 'node:timers/promises';
import { sql } from 'kysely';
import { newId } from '@shotloom/kernel';
import {
  attemptRefusedV1,
  attemptsSeenV1,
  attemptSubmittedV1,
  attemptUncertainV1,
  beginSubmitRpc,
  mediaFailedV1,
  mediaStoredV1,
  pollBatchV1,
  pollsConsumer,
  subjects,
  workCancelConsumer,
  workCancelV1,
  type JobRecord,
  type PayloadOf,
  type RpcRequest,
  type VendorOutcome,
  type VideoRequest,
  type acceptJobsRpc,
} from '@shotloom/contracts';
import { waitFor } from '@shotloom/testing';
import type { Config } from '../src/config';
import { Harness, VIDEO, type User, type Work } from './harness';

export const KLING: VideoRequest = { ...VIDEO, provider: 'kling', model: 'kling:kling-2.6' };
export const PRICE = 35;
type ErrorRecord = PayloadOf<typeof attemptRefusedV1>['error'];
type PollBatch = PayloadOf<typeof pollBatchV1>;
type PollTask = PollBatch['tasks'][number];
/** How long a call of the vendor takes. Milliseconds. */
const VENDOR_MS = 150;

export const errorRecord = (more: Partial<ErrorRecord> = {}): ErrorRecord => ({
  ...{
    code: 'provider_failed',
    message: 'It broke.',
    retryable: false,
    chargeable: false,
    outcome: 'refused',
  },
  ...more,
});
export const succeeded = (name = 'a'): VendorOutcome => ({
  kind: 'succeeded',
  videos: [{ url: `https://cdn.example/${name}.mp4?sig=1`, expiresAt: null, durationSeconds: 5 }],
  cost: { amount: '1.5', unit: 'kling_unit' },
});
export const running = (progress: number | null = null): VendorOutcome => ({
  ...{ kind: 'running', phase: 'running', progress },
});

export interface Lost {
  readonly user: User;
  readonly jobId: string;
  readonly work: Work;
  readonly fence: number;
}

/** The service with a vendor's workers and storage played by the test, over a real bus. */
export class VendorHarness {
  readonly polls: PollTask[] = [];
  readonly cancels: PayloadOf<typeof workCancelV1>[] = [];
  /** The keys that the gateway lists; a test may change what is in it. */
  readonly credentials = [
    {
      id: newId(),
      version: 1,
      ownerUserId: null as string | null,
      enabled: true,
      concurrency: null as number | null,
    },
  ];

  /** What the vendor says when it is polled; a test may set it. Undefined: nobody answers. */
  vendor: ((task: PollTask) => VendorOutcome) | undefined;

  private constructor(readonly core: Harness) {}

  static async start(overrides: Partial<Config> = {}): Promise<VendorHarness> {
    const core = await Harness.start({
      PROVIDERS_ENABLED: ['animatic', 'kling'],
      PLANNER_MS: 50,
      PUBLIC_URL: 'https://video.example',
      CALLBACK_SECRET: 's'.repeat(43),
      ...overrides,
    });
    const harness = new VendorHarness(core);
    await harness.listen();
    return harness;
  }

  private async listen(): Promise<void> {
    const { bus, credentials } = this.core;
    credentials.set('kling', this.credentials);
    await bus.consume(
      pollsConsumer('kling'),
      async ({ payload }) => {
        await this.poll(pollBatchV1.payload.parse(payload));
      },
      { concurrency: 10 },
    );
    await bus.consume(
      workCancelConsumer('kling'),
      async ({ payload }) => {
        this.cancels.push(workCancelV1.payload.parse(payload));
      },
      { concurrency: 10 },
    );
  }

  stop(): Promise<void> {
    return this.core.stop();
  }

  /** As a worker does it: one call for the whole message, and one report of it. */
  private async poll({ tasks, credential, provider }: PollBatch): Promise<void> {
    this.polls.push(...tasks);
    const { vendor } = this;
    if (vendor === undefined) return;
    await delay(VENDOR_MS);
    const answers = tasks.map((task) => ({
      ...{ attemptId: task.attemptId, pollNo: task.pollNo, vendorTaskId: `v-${task.attemptId}` },
      outcome: vendor(task),
    }));
    const options = { subject: subjects.attempts('kling'), correlationId: tasks[0]?.attemptId ?? '' };
    await this.core.bus.publish(attemptsSeenV1, { provider, credential, via: 'poll', answers }, options);
  }

  accept(user: User, more: Partial<RpcRequest<typeof acceptJobsRpc>> = {}): Promise<JobRecord> {
    return this.core.accept(user, {
      request: KLING,
      price: { credits: PRICE, version: '2026-11-22' },
      ...more,
    });
  }

  begin(work: Work, workerId = 'kling-1') {
    return this.core.bus.request(beginSubmitRpc, { attemptId: work.attemptId, workerId });
  }

  /** Granted, or the test fails. */
  async begun(work: Work): Promise<number> {
    const answer = await this.begin(work);
    if (!answer.granted) throw new Error(`not granted: ${answer.reason}`);
    return answer.fence;
  }

  private async publish<C extends Parameters<Harness['bus']['publish']>[0]>(
    contract: C,
    payload: PayloadOf<C>,
    jobId: string,
  ): Promise<void> {
    await this.core.bus.publish(contract, payload, {
      subject: subjects.attempts('kling'),
      correlationId: jobId,
    });
  }

  submitted(work: Work, fence: number, vendorTaskId = `v-${work.attemptId}`): Promise<void> {
    const ids = { attemptId: work.attemptId, fence, vendorTaskId, externalTaskId: work.attemptId };
    return this.publish(attemptSubmittedV1, { ...ids, adopted: false, notes: [] }, work.jobId);
  }

  refused(work: Work, fence: number, error: ErrorRecord): Promise<void> {
    return this.publish(attemptRefusedV1, { attemptId: work.attemptId, fence, error }, work.jobId);
  }

  uncertain(work: Work, fence: number): Promise<void> {
    const error = errorRecord({ code: 'submit_unknown', outcome: 'unknown' });
    return this.publish(attemptUncertainV1, { attemptId: work.attemptId, fence, error }, work.jobId);
  }

  /** `pollNo` null: by a verified callback. */
  seen(work: Work, outcome: VendorOutcome, pollNo: number | null = null): Promise<void> {
    const [credential] = this.credentials;
    const answer = { attemptId: work.attemptId, pollNo, vendorTaskId: `v-${work.attemptId}`, outcome };
    const payload = {
      provider: 'kling',
      credential: { id: credential?.id ?? '', version: credential?.version ?? 1 },
      via: pollNo === null ? ('callback' as const) : ('poll' as const),
      answers: [answer],
    };
    return this.publish(attemptsSeenV1, payload, work.jobId);
  }

  async stored(user: User, work: Work): Promise<void> {
    const asset = this.core.asset(user, work, `attempts/${work.attemptId}/x`);
    await this.core.bus.publish(
      mediaStoredV1,
      { jobId: work.jobId, attemptId: work.attemptId, asset },
      { subject: subjects.mediaResults, correlationId: work.jobId },
    );
  }

  async ingestFailed(work: Work, error: ErrorRecord): Promise<void> {
    await this.core.bus.publish(
      mediaFailedV1,
      { jobId: work.jobId, attemptId: work.attemptId, error },
      { subject: subjects.mediaResults, correlationId: work.jobId },
    );
  }

  /** A job that the vendor has taken. */
  async atVendor(
    user: User,
    more: Partial<RpcRequest<typeof acceptJobsRpc>> = {},
  ): Promise<{ jobId: string; work: Work; fence: number }> {
    const { jobId } = await this.accept(user, more);
    const work = await this.core.offered(jobId);
    const fence = await this.begun(work);
    await this.submitted(work, fence);
    await this.attemptIs(jobId, 'submitted');
    return { jobId, work, fence };
  }

  /** A job whose submit gave no answer. */
  async lost(): Promise<Lost> {
    const user = await this.core.user(PRICE);
    const { jobId } = await this.accept(user);
    const work = await this.core.offered(jobId);
    const fence = await this.begun(work);
    await this.uncertain(work, fence);
    await this.attemptIs(jobId, 'uncertain');
    return { user, jobId, work, fence };
  }

  /** The job's last attempt is in a state. */
  async attemptIs(jobId: string, status: string): Promise<void> {
    await waitFor(async () => (await this.lastAttempt(jobId))?.status === status, {
      timeoutMs: 10_000,
      what: `the attempt of ${jobId} to be ${status}`,
    });
  }

  async lastAttempt(jobId: string) {
    const attempts = await this.core.attempts(jobId);
    return attempts.toSorted((one, other) => one.number - other.number).at(-1);
  }

  /** The planner leaves the attempt alone, so that the test's own answers are the newest. */
  async quiet({ attemptId }: Work): Promise<void> {
    await sql`UPDATE jobs.timers SET next_poll_at = now() + interval '1 hour'
      WHERE attempt_id = ${attemptId}`.execute(this.core.database.sql);
  }

  /** The next deadline of the job's open attempt is now. */
  async makeDue(jobId: string, ...also: ('deadline_at' | 'hard_limit_at')[]): Promise<void> {
    const more = also.map((column) => sql`, ${sql.ref(column)} = now()`);
    await sql`UPDATE jobs.attempts SET due_at = now()${sql.join(more, sql``)}
      WHERE job_id = ${jobId} AND finished_at IS NULL`.execute(this.core.database.sql);
  }

  /** What was posted for the job's hold, in order. */
  async transfers(jobId: string): Promise<string[]> {
    const { rows } = await sql<{
      posted: string;
    }>`SELECT kind || ' ' || amount AS posted FROM ledger.transfers
      WHERE hold_id = ${jobId} ORDER BY created_at, id`.execute(this.core.database.sql);
    return rows.map(({ posted }) => posted);
  }

  async log(jobId: string): Promise<string[]> {
    const rows = await this.core.database.sql
      .selectFrom('jobs.log')
      .select('text')
      .where('job_id', '=', jobId)
      .orderBy('seq')
      .execute();
    return rows.map(({ text }) => text);
  }
}
