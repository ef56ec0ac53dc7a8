import { Module, type DynamicModule } from '@nestjs/common';
import { ORCHESTRATOR, type Orchestrator } from './app.tokens';
import { AttemptsController } from './attempts/attempts.controller';
import { VendorAttemptsController } from './attempts/vendor-attempts.controller';
import { BatchesController } from './batches/batches.controller';
import { DraftsController } from './drafts/drafts.controller';
import { JobsController } from './jobs/jobs.controller';
import { LimitsController } from './jobs/limits.controller';
import { LogController } from './log/log.controller';
import { MediaController } from './media/media.controller';
import { OpsController } from './ops/ops.controller';
import { ProvidersController } from './providers/providers.controller';

@Module({})
export class AppModule {
  static with(orchestrator: Orchestrator): DynamicModule {
    return {
      module: AppModule,
      controllers: [
        JobsController,
        DraftsController,
        BatchesController,
        AttemptsController,
        VendorAttemptsController,
        MediaController,
        LimitsController,
        LogController,
        OpsController,
        ProvidersController,
      ],
      providers: [{ provide: ORCHESTRATOR, useValue: orchestrator }],
    };
  }
}
