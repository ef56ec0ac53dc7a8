import { Controller, Inject } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import {
  listDeadLettersRpc,
  listUncertainRpc,
  opsAuditRpc,
  pauseProviderRpc,
  replayDeadLetterRpc,
  resolveUncertainRpc,
  type RpcRequest,
  type RpcResponse,
} from '@shotloom/contracts';
import { OnRequest } from '@shotloom/bus/nest';
import { ORCHESTRATOR, type Orchestrator } from '../app.tokens';
import { auditJob } from './audit/audit-job';
import { listLetters, replayLetter } from './dead-letters';
import { pause, resume } from './provider-switch';
import { decideUncertain, listUncertain } from './uncertain';

/** What an operator may ask and do through the gateway, which has checked that it is one. The command does the same. */
@Controller()
export class OpsController {
  constructor(@Inject(ORCHESTRATOR) private readonly app: Orchestrator) {}

  @OnRequest(opsAuditRpc, { concurrency: 1 })
  async audit(
    @Payload() { jobId }: RpcRequest<typeof opsAuditRpc>,
  ): Promise<RpcResponse<typeof opsAuditRpc>> {
    return { report: (await auditJob(this.app, jobId)) ?? null };
  }

  @OnRequest(listUncertainRpc, { concurrency: 1 })
  uncertain(
    @Payload() query: RpcRequest<typeof listUncertainRpc>,
  ): Promise<RpcResponse<typeof listUncertainRpc>> {
    return listUncertain(this.app.database, query);
  }

  @OnRequest(resolveUncertainRpc, { concurrency: 2 })
  decide(
    @Payload() { attemptId, resolution }: RpcRequest<typeof resolveUncertainRpc>,
  ): Promise<RpcResponse<typeof resolveUncertainRpc>> {
    return decideUncertain(this.app.database, attemptId, resolution);
  }

  @OnRequest(listDeadLettersRpc, { concurrency: 1 })
  async deadLetters(
    @Payload() query: RpcRequest<typeof listDeadLettersRpc>,
  ): Promise<RpcResponse<typeof listDeadLettersRpc>> {
    return { letters: await listLetters(this.app.bus, query) };
  }

  @OnRequest(replayDeadLetterRpc, { concurrency: 2 })
  async replay(
    @Payload() { seq }: RpcRequest<typeof replayDeadLetterRpc>,
  ): Promise<RpcResponse<typeof replayDeadLetterRpc>> {
    const { subject, jobId } = await replayLetter(this.app, seq);
    return { subject, jobId };
  }

  @OnRequest(pauseProviderRpc, { concurrency: 1 })
  async pauseProvider(
    @Payload() { provider, reason }: RpcRequest<typeof pauseProviderRpc>,
  ): Promise<RpcResponse<typeof pauseProviderRpc>> {
    const { database, scheduler } = this.app;
    const facts =
      reason === null ? await resume(database, provider) : await pause(database, provider, reason);
    if (reason === null) scheduler.wake(provider);
    return { paused: facts.pausedAt !== null };
  }
}
