import { Controller, Inject } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { jobLogRpc, userLogRpc, type RpcRequest, type RpcResponse } from '@shotloom/contracts';
import { OnRequest } from '@shotloom/bus/nest';
import { ORCHESTRATOR, type Orchestrator } from '../app.tokens';
import { readJobLog } from './log-queries';
import { readUserLog } from './user-log';

export const LOG_RPCS = [jobLogRpc, userLogRpc];

/** What happened to jobs, for their owner. */
@Controller()
export class LogController {
  constructor(@Inject(ORCHESTRATOR) private readonly app: Orchestrator) {}

  @OnRequest(jobLogRpc, { concurrency: 2 })
  read(@Payload() query: RpcRequest<typeof jobLogRpc>): Promise<RpcResponse<typeof jobLogRpc>> {
    return readJobLog(this.app.database.sql, query);
  }

  @OnRequest(userLogRpc, { concurrency: 2 })
  readAll(@Payload() query: RpcRequest<typeof userLogRpc>): Promise<RpcResponse<typeof userLogRpc>> {
    return readUserLog(this.app.database, query);
  }
}
