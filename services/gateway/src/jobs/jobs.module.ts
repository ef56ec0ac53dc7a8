import { Module } from '@nestjs/common';
import { JobMedia } from './job-media';
import { JobMediaController } from './job-media.controller';
import { Jobs } from './jobs';
import { JobsController } from './jobs.controller';

@Module({
  controllers: [JobsController, JobMediaController],
  providers: [Jobs, JobMedia],
  exports: [Jobs, JobMedia],
})
export class JobsModule {}
