import { Module } from '@nestjs/common';
import { GenerateModule } from '../generate/generate.module';
import { JobsModule } from '../jobs/jobs.module';
import { UploadsModule } from '../uploads/uploads.module';
import { KeptOrders } from './kept-orders';
import { SoraVideosController } from './sora-videos.controller';
import { StoriesController } from './stories.controller';
import { TurboDiffusionController } from './turbodiffusion.controller';
import { YunwuProgressStreams } from './yunwu-progress';
import { YunwuTaskDesk } from './yunwu-tasks';
import { YunwuTasksController } from './yunwu-tasks.controller';
import { YunwuController } from './yunwu.controller';

/** Routes of the systems that Shotloom unites, as thin mappings onto jobs, so that their clients go on working. */
@Module({
  imports: [GenerateModule, JobsModule, UploadsModule],
  controllers: [
    SoraVideosController,
    TurboDiffusionController,
    StoriesController,
    YunwuController,
    YunwuTasksController,
  ],
  providers: [KeptOrders, YunwuTaskDesk, YunwuProgressStreams],
})
export class KeptRoutesModule {}
