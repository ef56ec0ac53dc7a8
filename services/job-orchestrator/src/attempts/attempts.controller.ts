import { Controller, Inject } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import {
  attemptCancelledV1,
  attemptFailedV1,
  attemptSucceededV1,
  attemptsConsumer,
} from '@shotloom/contracts';
import {
  beginAttemptRpc,
  releaseLeaseRpc,
  renewLeaseRpc,
  type PayloadOf,
  type RpcRequest,
  type RpcResponse,
} from '@shotloom/contracts';
import { DeadLetter } from '@shotloom/bus';
import { OnMessage, OnRequest, type DeliveryContext } from '@shotloom/bus/nest';
import { ORCHESTRATOR, type Orchestrator } from '../app.tokens';
import { sendProgress } from '../jobs/job-progress';
import type { JobsTx } from '../jobs/job-changes';
import { applyReport } from './apply-report';
import { attemptCancelled, attemptFailed, attemptSucceeded, type Applied } from './attempt-outcomes';
import { beginAttempt } from './begin-attempt';
import { releaseLease, renewLease } from './renew-lease';

type Report =
  | PayloadOf<typeof attemptSucceededV1>
  | PayloadOf<typeof attemptFailedV1>
  | PayloadOf<typeof attemptCancelledV1>;

/** What workers ask and report. */
@Controller()
export class AttemptsController {
  constructor(@Inject(ORCHESTRATOR) private readonly app: Orchestrator) {}

  @OnRequest(beginAttemptRpc)
  begin(
    @Payload() request: RpcRequest<typeof beginAttemptRpc>,
  ): Promise<RpcResponse<typeof beginAttemptRpc>> {
    return this.app.database.run((tx) => beginAttempt(tx, this.app.config.LEASE_SECONDS, request));
  }

  @OnRequest(renewLeaseRpc)
  async renew(
    @Payload() request: RpcRequest<typeof renewLeaseRpc>,
  ): Promise<RpcResponse<typeof renewLeaseRpc>> {
    const { verdict, progress } = await renewLease(this.app.database, this.app.config.LEASE_SECONDS, request);
    if (progress) sendProgress(this.app.bus, progress);
    return { verdict };
  }

  @OnRequest(releaseLeaseRpc)
  async release(
    @Payload() request: RpcRequest<typeof releaseLeaseRpc>,
  ): Promise<RpcResponse<typeof releaseLeaseRpc>> {
    return { released: await releaseLease(this.app.database, request) };
  }

  @OnMessage(attemptsConsumer, { concurrency: 8 })
  async report(@Payload() report: Report, @Ctx() context: DeliveryContext): Promise<void> {
    await applyReport(this.app, context, report.attemptId, (tx) => apply(tx, context.type, report));
  }
}

function apply(tx: JobsTx, type: string, report: Report): Promise<Applied> {
  switch (type) {
    case attemptSucceededV1.type:
      return attemptSucceeded(tx, attemptSucceededV1.payload.parse(report));
    case attemptFailedV1.type:
      return attemptFailed(tx, attemptFailedV1.payload.parse(report));
    case attemptCancelledV1.type:
      return attemptCancelled(tx, attemptCancelledV1.payload.parse(report));
    default:
      throw new DeadLetter(`No handler for ${type}.`);
  }
}
