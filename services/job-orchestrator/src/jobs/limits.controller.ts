import { Controller, Inject } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { limitsConsumer, type limitsChangedV1, type PayloadOf } from '@shotloom/contracts';
import { OnMessage } from '@shotloom/bus/nest';
import { ORCHESTRATOR, type Orchestrator } from '../app.tokens';
import { changeLimits } from './limits-changed';

/** What the gateway tells of plans. */
@Controller()
export class LimitsController {
  constructor(@Inject(ORCHESTRATOR) private readonly app: Orchestrator) {}

  @OnMessage(limitsConsumer, { concurrency: 1 })
  async changed(@Payload() news: PayloadOf<typeof limitsChangedV1>): Promise<void> {
    const { database, scheduler } = this.app;
    for (const provider of await changeLimits(database, news)) scheduler.wake(provider);
  }
}
