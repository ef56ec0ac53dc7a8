import { Controller, Inject } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import { AppError } from '@shotloom/kernel';
import { createDraftsRpc, getJobsRpc, jobStatesRpc, runDraftsRpc } from '@shotloom/contracts';
import type { RpcRequest, RpcResponse } from '@shotloom/contracts';
import type { RpcContext } from '@shotloom/bus';
import { OnRequest } from '@shotloom/bus/nest';
import { ORCHESTRATOR, type Orchestrator } from '../app.tokens';
import { findJobs, findStates } from '../jobs/job-queries';
import { UserLimits } from '../jobs/user-limits';
import { createDrafts } from './create-drafts';
import { runDrafts } from './run-drafts';

export const DRAFT_RPCS = [createDraftsRpc, runDraftsRpc, getJobsRpc, jobStatesRpc];

/** Jobs that wait for their user's word, and sets of jobs that are run together. */
@Controller()
export class DraftsController {
  private readonly userLimits = new UserLimits();

  constructor(@Inject(ORCHESTRATOR) private readonly app: Orchestrator) {}

  @OnRequest(createDraftsRpc, { concurrency: 2 })
  async create(
    @Payload() request: RpcRequest<typeof createDraftsRpc>,
  ): Promise<RpcResponse<typeof createDraftsRpc>> {
    const { catalogue, database, feed } = this.app;
    // The gateway knows of a new model a moment before we do.
    if (!request.drafts.every((draft) => catalogue.has(draft.request.model))) await feed.refresh();
    return database.run((tx) => createDrafts(tx, catalogue, request));
  }

  @OnRequest(runDraftsRpc, { concurrency: 2 })
  async run(
    @Payload() request: RpcRequest<typeof runDraftsRpc>,
    @Ctx() { deadline }: RpcContext,
  ): Promise<RpcResponse<typeof runDraftsRpc>> {
    const { database, scheduler } = this.app;
    const { remember, provider, ...answer } = await database.run(async (tx) => {
      const remember = await this.userLimits.write(tx, [request]);
      const run = await runDrafts(tx, request);
      // Whoever has gone must not find it run.
      if (deadline.getTime() > Date.now()) return { ...run, remember };
      throw new AppError('unavailable', 'The request came too late.', { retryable: true });
    });
    remember();
    if (answer.replayed) return answer;
    scheduler.wake(provider);
    return answer;
  }

  @OnRequest(getJobsRpc, { concurrency: 2 })
  async getMany(
    @Payload() { userId, jobIds }: RpcRequest<typeof getJobsRpc>,
  ): Promise<RpcResponse<typeof getJobsRpc>> {
    return { jobs: await findJobs(this.app.database.sql, [userId], jobIds) };
  }

  @OnRequest(jobStatesRpc, { concurrency: 3 })
  async states(
    @Payload() { userId, jobIds }: RpcRequest<typeof jobStatesRpc>,
  ): Promise<RpcResponse<typeof jobStatesRpc>> {
    return { states: await findStates(this.app.database.sql, userId, jobIds) };
  }
}
