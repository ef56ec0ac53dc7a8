import { Controller, Inject } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import { attemptRefRpc, beginSubmitRpc, type RpcRequest, type RpcResponse } from '@shotloom/contracts';
import type { RpcContext } from '@shotloom/bus';
import { OnRequest } from '@shotloom/bus/nest';
import { ORCHESTRATOR, type Orchestrator } from '../app.tokens';
import { findAttemptRef } from './attempt-ref';
import { beginSubmit } from './begin-submit';

/** What the workers of vendors ask. */
@Controller()
export class VendorAttemptsController {
  constructor(@Inject(ORCHESTRATOR) private readonly app: Orchestrator) {}

  @OnRequest(beginSubmitRpc)
  begin(
    @Payload() request: RpcRequest<typeof beginSubmitRpc>,
    @Ctx() { deadline }: RpcContext,
  ): Promise<RpcResponse<typeof beginSubmitRpc>> {
    const beginner = { ...request, deadline };
    return this.app.begins.run({
      key: request.attemptId,
      needs: beginner,
      work: (tx) => beginSubmit(tx, this.app.submits, beginner),
    });
  }

  @OnRequest(attemptRefRpc, { concurrency: 4 })
  ref(@Payload() request: RpcRequest<typeof attemptRefRpc>): Promise<RpcResponse<typeof attemptRefRpc>> {
    return findAttemptRef(this.app.database, request);
  }
}
