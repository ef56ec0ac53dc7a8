import { Controller, Inject } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import { mediaFailedV1, mediaResultsConsumer, mediaStoredV1, type PayloadOf } from '@shotloom/contracts';
import { DeadLetter } from '@shotloom/bus';
import { OnMessage, type DeliveryContext } from '@shotloom/bus/nest';
import { ORCHESTRATOR, type Orchestrator } from '../app.tokens';
import { applyReport } from '../attempts/apply-report';
import type { Applied } from '../attempts/attempt-outcomes';
import { REPORTS_AT_ONCE } from '../attempts/attempts.controller';
import type { JobsTx } from '../jobs/job-changes';
import { mediaFailed, mediaStored } from './media-outcomes';

type Report = PayloadOf<typeof mediaStoredV1> | PayloadOf<typeof mediaFailedV1>;

/** What storage reports. */
@Controller()
export class MediaController {
  constructor(@Inject(ORCHESTRATOR) private readonly app: Orchestrator) {}

  @OnMessage(mediaResultsConsumer, { concurrency: REPORTS_AT_ONCE })
  async report(@Payload() report: Report, @Ctx() context: DeliveryContext): Promise<void> {
    await applyReport(this.app, context, report.attemptId, (tx) => apply(this.app, tx, context.type, report));
  }
}

function apply(app: Orchestrator, tx: JobsTx, type: string, report: Report): Promise<Applied> {
  switch (type) {
    case mediaStoredV1.type:
      return mediaStored(tx, mediaStoredV1.payload.parse(report));
    case mediaFailedV1.type:
      return mediaFailed(tx, app.catalogue, mediaFailedV1.payload.parse(report));
    default:
      throw new DeadLetter(`No handler for ${type}.`);
  }
}
