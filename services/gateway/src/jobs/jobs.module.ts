import { Module } from '@nestjs/common';
import { Jobs } from './jobs';
import { AssetsController, JobsController } from './jobs.controller';

@Module({ controllers: [JobsController, AssetsController], providers: [Jobs], exports: [Jobs] })
export class JobsModule {}
