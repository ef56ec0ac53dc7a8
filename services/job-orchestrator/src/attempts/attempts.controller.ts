import { Controller, Inject } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import { attemptsConsumer, attemptsSeenV1 } from '@shotloom/contracts';
import {
  beginAttemptRpc,
  releaseLeaseRpc,
  renewLeaseRpc,
  type RpcRequest,
  type RpcResponse,
} from '@shotloom/contracts';
import { OnMessage, OnRequest, type DeliveryContext } from '@shotloom/bus/nest';
import { ORCHESTRATOR, type Orchestrator } from '../app.tokens';
import { sendProgress } from '../jobs/job-progress';
import { applyReport } from './apply-report';
import { beginAttempt } from './begin-attempt';
import { releaseLease, renewLease } from './renew-lease';
import { applyReportOf } from './reports';
import { takeSeen } from './seen';
import { healthOfSeen } from './vendor-health';

/** Messages in hand: they share transactions, so more of them cost fewer commits. */
export const REPORTS_AT_ONCE = 64;

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

  @OnMessage(attemptsConsumer, { concurrency: REPORTS_AT_ONCE })
  async report(@Payload() report: { attemptId: string }, @Ctx() context: DeliveryContext): Promise<void> {
    if (context.type === attemptsSeenV1.type) return this.seen(report);
    await applyReport(this.app, context, report.attemptId, (tx) =>
      applyReportOf(this.app, tx, context.type, report),
    );
  }

  /** Looks at many attempts in one message. An attempt that is not there is looked at by somebody, as with every report. */
  private async seen(report: unknown): Promise<void> {
    const seen = attemptsSeenV1.payload.parse(report);
    const { applied, unknown } = await takeSeen(this.app, seen);
    if (seen.via === 'poll') {
      this.app.health.note(seen.provider, seen.credential.id, healthOfSeen(seen));
    }
    this.app.metrics.reports.inc({ type: attemptsSeenV1.type, applied: 'applied' }, applied);
    if (unknown.length === 0) return;
    // Not parked whole: the answers of others carry links that are secrets. The vendor still has what was seen.
    this.app.metrics.reports.inc({ type: attemptsSeenV1.type, applied: 'unknown' }, unknown.length);
    this.app.logger.error(
      { provider: seen.provider, attemptIds: unknown.slice(0, 20) },
      'a vendor has tasks that no attempt here knows: was a database restored?',
    );
  }
}
