import { Controller, Inject } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import { attemptRefRpc, beginSubmitRpc, type RpcRequest, type RpcResponse } from '@shotloom/contracts';
import type { RpcContext } from '@shotloom/bus';
import { OnRequest } from '@shotloom/bus/nest';
import { ORCHESTRATOR, type Orchestrator } from '../app.tokens';
import { beginSubmit } from './begin-submit';

/** They share statements, so more of them cost less. */
const REFS_AT_ONCE = 64;

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

  @OnRequest(attemptRefRpc, { concurrency: REFS_AT_ONCE })
  ref(@Payload() request: RpcRequest<typeof attemptRefRpc>): Promise<RpcResponse<typeof attemptRefRpc>> {
    return this.app.refs.add(request);
  }
}
