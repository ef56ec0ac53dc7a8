import { Module } from '@nestjs/common';
import { GenerateModule } from '../generate/generate.module';
import { JobsModule } from '../jobs/jobs.module';
import { UploadsModule } from '../uploads/uploads.module';
import { OpenAiModelsController } from './models.controller';
import { RepeatedCreates } from './repeated-creates';
import { OpenAiVideos } from './videos';
import { OpenAiVideosController } from './videos.controller';

/** The API of OpenAI's video models, for every model that is here: the official clients work unchanged. */
@Module({
  imports: [GenerateModule, JobsModule, UploadsModule],
  controllers: [OpenAiVideosController, OpenAiModelsController],
  providers: [OpenAiVideos, RepeatedCreates],
})
export class OpenAiModule {}
