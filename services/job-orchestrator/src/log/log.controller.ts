import { Controller, Inject } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { jobLogRpc, type RpcRequest, type RpcResponse } from '@shotloom/contracts';
import { OnRequest } from '@shotloom/bus/nest';
import { ORCHESTRATOR, type Orchestrator } from '../app.tokens';
import { readJobLog } from './log-queries';

/** What happened to a job, for its owner. */
@Controller()
export class LogController {
  constructor(@Inject(ORCHESTRATOR) private readonly app: Orchestrator) {}

  @OnRequest(jobLogRpc, { concurrency: 2 })
  read(@Payload() query: RpcRequest<typeof jobLogRpc>): Promise<RpcResponse<typeof jobLogRpc>> {
    return readJobLog(this.app.database.sql, query);
  }
}
