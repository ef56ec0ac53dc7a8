import { Inject, Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { Bus } from '@shotloom/bus';
import {
  cancelJobRpc,
  deleteJobRpc,
  describeAssetsRpc,
  getJobRpc,
  jobLogRpc,
  listJobsRpc,
  stopAllJobsRpc,
  toJobLogPage,
  type DescribedAsset,
  type JobLogPage,
  type JobLogQuery,
  type JobListQuery,
  type JobRecord,
  type Principal,
  type RpcRequest,
  type RpcResponse,
  type StopAllJobs,
  type StoppedJobs,
} from '@shotloom/contracts';
import { AppError } from '@shotloom/kernel';
import { notFound, pathId } from '../http/path-id';
import { BUS } from '../platform/parts';

/** Who asks, and the id that ties everything the request causes. */
export interface Caller {
  readonly userId: string;
  readonly requestId: string;
}

export function callerOf({ userId }: Principal, { id }: FastifyRequest): Caller {
  return { userId, requestId: id };
}

export interface JobWithVideo extends JobRecord {
  readonly output: NonNullable<JobRecord['output']>;
}

/** How long a signed link to a file is good. */
export const LINK_SECONDS = 3_600;

/** A user's own jobs and what they made, asked of the services that own them. */
@Injectable()
export class Jobs {
  constructor(@Inject(BUS) private readonly bus: Bus) {}

  async get(jobId: string, caller: Caller): Promise<JobRecord> {
    const { job } = await this.bus.request(getJobRpc, owned(jobId, caller), tied(caller));
    if (!job) throw notFound('job', jobId);
    return job;
  }

  list(
    query: JobListQuery,
    caller: Caller,
    order?: RpcRequest<typeof listJobsRpc>['order'],
  ): Promise<RpcResponse<typeof listJobsRpc>> {
    const { limit, cursor, status: statuses, provider, created_from, created_before } = query;
    return this.bus.request(
      listJobsRpc,
      {
        userId: caller.userId,
        limit,
        cursor,
        order,
        statuses,
        provider,
        createdFrom: created_from,
        createdBefore: created_before,
      },
      tied(caller),
    );
  }

  async cancel(jobId: string, caller: Caller): Promise<JobRecord> {
    const { job } = await this.bus.request(cancelJobRpc, owned(jobId, caller), tied(caller));
    return job;
  }

  /** Those that match, or all; another user's are no match. */
  stopAll({ provider, job_ids: jobIds }: StopAllJobs, caller: Caller): Promise<StoppedJobs> {
    return this.bus.request(stopAllJobsRpc, { userId: caller.userId, provider, jobIds }, tied(caller));
  }

  async log(jobId: string, { after, limit }: JobLogQuery, caller: Caller): Promise<JobLogPage> {
    const question = { ...owned(jobId, caller), after, limit };
    const { entries, next } = await this.bus.request(jobLogRpc, question, tied(caller));
    if (!entries) throw notFound('job', jobId);
    return toJobLogPage(entries, next);
  }

  async remove(jobId: string, caller: Caller): Promise<void> {
    await this.bus.request(deleteJobRpc, owned(jobId, caller), tied(caller));
  }

  /** The finished video with links that work for an hour. Throws `conflict` where the job has none, `gone` where it has expired. */
  async video(jobId: string, caller: Caller): Promise<DescribedAsset> {
    const { output } = await this.withVideo(jobId, caller);
    return this.asset(output.assetId, caller, 'video');
  }

  /** A job that has its video. Throws `conflict` where it has none. */
  async withVideo(jobId: string, caller: Caller): Promise<JobWithVideo> {
    const job = await this.get(jobId, caller);
    const { output } = job;
    if (!output) throw withoutVideo(job);
    return { ...job, output };
  }

  async asset(assetId: string, caller: Caller, what = 'asset'): Promise<DescribedAsset> {
    const question = {
      userId: caller.userId,
      assetIds: [pathId(what, assetId)],
      expiresInSeconds: LINK_SECONDS,
    };
    const { assets, expired } = await this.bus.request(describeAssetsRpc, question, tied(caller));
    const [asset] = assets;
    if (expired?.[0]) throw expiredProblem(what, expired[0].expiredAt);
    if (!asset) throw notFound(what, assetId);
    return asset;
  }
}

function owned(jobId: string, { userId }: Caller): { userId: string; jobId: string } {
  return { userId, jobId: pathId('job', jobId) };
}

function tied({ requestId }: Caller): { correlationId: string } {
  return { correlationId: requestId };
}

/** Why something that was there is not there any more. */
export function expiredProblem(what: string, expiredAt: string): AppError {
  const why = `The ${what} was kept as long as your plan says, and removed on ${expiredAt.slice(0, 10)}.`;
  return new AppError(
    'gone',
    `${why} What made it is still there: make it again, or choose a plan that keeps more.`,
    {
      details: { expired_at: expiredAt },
    },
  );
}

function withoutVideo({ status, error }: JobRecord): AppError {
  const why =
    status === 'failed' || status === 'cancelled'
      ? `The job is ${status}, so it has no video${error ? `: ${error.message}` : '.'}`
      : `The video is not finished: the job is ${status}. Ask again later, or watch it on /ws/jobs/{id}.`;
  return new AppError('conflict', why, { details: { job_status: status } });
}
