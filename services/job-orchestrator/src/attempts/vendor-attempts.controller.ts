import { Controller, Inject } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import { attemptRefRpc, beginSubmitRpc, type RpcRequest, type RpcResponse } from '@shotloom/contracts';
import type { RpcContext } from '@shotloom/bus';
import { OnRequest } from '@shotloom/bus/nest';
import { ORCHESTRATOR, type Orchestrator } from '../app.tokens';
import { findAttemptRef } from './attempt-ref';
import { beginSubmit } from './begin-submit';

/** Whoever asked has gone, and the message comes again. */
const NOT_HEARD: RpcResponse<typeof beginSubmitRpc> = { granted: false, reason: 'begun' };

/** What the workers of vendors ask. */
@Controller()
export class VendorAttemptsController {
  constructor(@Inject(ORCHESTRATOR) private readonly app: Orchestrator) {}

  @OnRequest(beginSubmitRpc)
  begin(
    @Payload() request: RpcRequest<typeof beginSubmitRpc>,
    @Ctx() { deadline }: RpcContext,
  ): Promise<RpcResponse<typeof beginSubmitRpc>> {
    return this.app.begins.run({
      key: request.attemptId,
      // A fence that nobody hears of makes an attempt uncertain that was never sent.
      work: async (tx) =>
        deadline.getTime() > Date.now() ? beginSubmit(tx, this.app.submits, request) : NOT_HEARD,
    });
  }

  @OnRequest(attemptRefRpc, { concurrency: 4 })
  ref(@Payload() request: RpcRequest<typeof attemptRefRpc>): Promise<RpcResponse<typeof attemptRefRpc>> {
    return findAttemptRef(this.app.database, request);
  }
}
