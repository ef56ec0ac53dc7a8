import { Controller, Inject } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import { AppError } from '@shotloom/kernel';
import {
  acceptJobsRpc,
  assetsInUseRpc,
  cancelJobRpc,
  deleteJobRpc,
  getJobRpc,
  listJobsRpc,
  stopAllJobsRpc,
} from '@shotloom/contracts';
import type { RpcRequest, RpcResponse } from '@shotloom/contracts';
import type { RpcContext } from '@shotloom/bus';
import { OnRequest } from '@shotloom/bus/nest';
import { ORCHESTRATOR, type Orchestrator } from '../app.tokens';
import { AcceptQueue } from './accept-queue';
import { deleteJob, requestCancel } from './cancel-job';
import { findJob } from './job-queries';
import { listJobs } from './list-jobs';
import { queuePlace } from './queue-place';
import { assetsInUse } from './assets-in-use';
import { stopAll } from './stop-all';

/**
 * What other services may ask about jobs, and do to them, for a user that the gateway has authenticated. Each kind of question
 * has its own bound below the size of the pool, so that a flood of reads leaves room for the workers' leases.
 */
@Controller()
export class JobsController {
  private readonly accepts: AcceptQueue;

  constructor(@Inject(ORCHESTRATOR) private readonly app: Orchestrator) {
    const { database, catalogue, scheduler, counted } = app;
    this.accepts = new AcceptQueue({
      database,
      catalogue,
      onAccepted: (request) => {
        counted.accepted(request);
        scheduler.wake(request.request.provider);
      },
    });
  }

  /** Requests that wait hold no connection: the queue bounds its own transactions. */
  @OnRequest(acceptJobsRpc)
  async accept(
    @Payload() request: RpcRequest<typeof acceptJobsRpc>,
    @Ctx() context: RpcContext,
  ): Promise<RpcResponse<typeof acceptJobsRpc>> {
    const { catalogue, feed } = this.app;
    // The gateway knows of a new model a moment before we do.
    if (!catalogue.has(request.request.model)) await feed.refresh();
    return this.accepts.accept(request, context.deadline);
  }

  @OnRequest(getJobRpc, { concurrency: 4 })
  async get(
    @Payload() { userId, jobId }: RpcRequest<typeof getJobRpc>,
  ): Promise<RpcResponse<typeof getJobRpc>> {
    const { database, models } = this.app;
    const job = await findJob(database.sql, userId, jobId);
    return { job: job ? { ...job, queue: await queuePlace(database, models, job) } : null };
  }

  @OnRequest(listJobsRpc, { concurrency: 3 })
  list(@Payload() query: RpcRequest<typeof listJobsRpc>): Promise<RpcResponse<typeof listJobsRpc>> {
    return listJobs(this.app.database.sql, query);
  }

  @OnRequest(cancelJobRpc)
  async cancel(
    @Payload() { userId, jobId }: RpcRequest<typeof cancelJobRpc>,
  ): Promise<RpcResponse<typeof cancelJobRpc>> {
    await this.app.database.run((tx) => requestCancel(tx, userId, jobId));
    const job = await findJob(this.app.database.sql, userId, jobId);
    if (!job) throw new AppError('not_found', `There is no job ${jobId}.`);
    return { job };
  }

  @OnRequest(assetsInUseRpc, { concurrency: 1 })
  inUse(@Payload() request: RpcRequest<typeof assetsInUseRpc>): Promise<RpcResponse<typeof assetsInUseRpc>> {
    return assetsInUse(this.app.database, request);
  }

  @OnRequest(stopAllJobsRpc, { concurrency: 2 })
  stopAll(
    @Payload() request: RpcRequest<typeof stopAllJobsRpc>,
  ): Promise<RpcResponse<typeof stopAllJobsRpc>> {
    return stopAll(this.app.database, request);
  }

  @OnRequest(deleteJobRpc)
  async delete(
    @Payload() { userId, jobId }: RpcRequest<typeof deleteJobRpc>,
  ): Promise<RpcResponse<typeof deleteJobRpc>> {
    await this.app.database.run((tx) => deleteJob(tx, userId, jobId));
    return { deleted: true };
  }
}
