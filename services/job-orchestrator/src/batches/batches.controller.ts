import { Controller, Inject } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import type { RpcContext } from '@shotloom/bus';
import { OnRequest } from '@shotloom/bus/nest';
import {
  acceptBatchRpc,
  bringBatchRowsRpc,
  cancelBatchRpc,
  getBatchRpc,
  listBatchesRpc,
  openBatchRpc,
  type RpcRequest,
  type RpcResponse,
} from '@shotloom/contracts';
import { AppError } from '@shotloom/kernel';
import { getBalance } from '@shotloom/ledger';
import { ORCHESTRATOR, type Orchestrator } from '../app.tokens';
import type { AcceptRequest } from '../jobs/accept-request';
import { stopAll } from '../jobs/stop-all';
import { UserLimits } from '../jobs/user-limits';
import { acceptBatch, modelsOf } from './accept-batch';
import { getBatch, jobsOfBatch, listBatches } from './batch-queries';
import { bringBatchRows, forgetBatch, noBatch, openBatch } from './collect-batch';

export const BATCH_RPCS = [
  openBatchRpc,
  bringBatchRowsRpc,
  acceptBatchRpc,
  getBatchRpc,
  listBatchesRpc,
  cancelBatchRpc,
];

/** Orders that are accepted together. */
@Controller()
export class BatchesController {
  private readonly userLimits = new UserLimits();

  constructor(@Inject(ORCHESTRATOR) private readonly app: Orchestrator) {}

  @OnRequest(openBatchRpc, { concurrency: 2 })
  open(@Payload() request: RpcRequest<typeof openBatchRpc>): Promise<RpcResponse<typeof openBatchRpc>> {
    return this.app.database.run((tx) => openBatch(tx, request));
  }

  @OnRequest(bringBatchRowsRpc, { concurrency: 2 })
  async bring(
    @Payload() request: RpcRequest<typeof bringBatchRowsRpc>,
  ): Promise<RpcResponse<typeof bringBatchRowsRpc>> {
    await this.app.database.run((tx) => bringBatchRows(tx, request));
    return { brought: true };
  }

  /** One at a time: each writes up to a thousand jobs. */
  @OnRequest(acceptBatchRpc, { concurrency: 1 })
  async accept(
    @Payload() request: RpcRequest<typeof acceptBatchRpc>,
    @Ctx() { deadline }: RpcContext,
  ): Promise<RpcResponse<typeof acceptBatchRpc>> {
    const { database, counted, scheduler } = this.app;
    const accepted = await this.acceptOrForget(request, deadline);
    for (const one of accepted) counted.accepted(one);
    for (const provider of new Set(accepted.map(({ request: { provider } }) => provider)))
      scheduler.wake(provider);
    const { batch } = await getBatch(database, request);
    if (!batch) throw noBatch(request.batchId);
    return { batch, replayed: accepted.length === 0 };
  }

  @OnRequest(getBatchRpc, { concurrency: 2 })
  get(@Payload() question: RpcRequest<typeof getBatchRpc>): Promise<RpcResponse<typeof getBatchRpc>> {
    return getBatch(this.app.database, question);
  }

  @OnRequest(listBatchesRpc, { concurrency: 2 })
  list(@Payload() question: RpcRequest<typeof listBatchesRpc>): Promise<RpcResponse<typeof listBatchesRpc>> {
    return listBatches(this.app.database, question);
  }

  @OnRequest(cancelBatchRpc, { concurrency: 2 })
  async cancel(
    @Payload() { userId, batchId }: RpcRequest<typeof cancelBatchRpc>,
  ): Promise<RpcResponse<typeof cancelBatchRpc>> {
    const jobIds = await jobsOfBatch(this.app.database, userId, batchId);
    if (!jobIds) throw noBatch(batchId);
    return stopAll(this.app.database, { userId, jobIds });
  }

  /** What was held of it for a moment is given back by now. */
  private async withAvailable(
    error: unknown,
    { accountId }: Pick<RpcRequest<typeof acceptBatchRpc>, 'accountId'>,
  ): Promise<AppError> {
    const { message, details } = AppError.from(error);
    const { available } = await getBalance(this.app.database.sql, accountId);
    return new AppError('insufficient_credits', message, {
      details: { ...details, available_credits: available },
    });
  }

  private async acceptOrForget(
    request: RpcRequest<typeof acceptBatchRpc>,
    deadline: Date,
  ): Promise<readonly AcceptRequest[]> {
    const { catalogue, database, feed } = this.app;
    // The gateway knows of a new model a moment before we do.
    const models = await modelsOf(database, request);
    if (!models.every((model) => catalogue.has(model))) await feed.refresh();
    try {
      const { accepted, remember } = await database.run(async (tx) => {
        const remember = await this.userLimits.write(tx, [request]);
        const accepted = await acceptBatch(tx, catalogue, request);
        // Whoever has gone must not find it accepted.
        if (deadline.getTime() > Date.now()) return { accepted, remember };
        throw new AppError('unavailable', 'The request came too late.', { retryable: true });
      });
      remember();
      return accepted;
    } catch (error) {
      const { code } = AppError.from(error);
      const mayComeAgain = code === 'unavailable' || code === 'internal' || code === 'not_found';
      if (!mayComeAgain) await database.run((tx) => forgetBatch(tx, request));
      throw code === 'insufficient_credits' ? await this.withAvailable(error, request) : error;
    }
  }
}
