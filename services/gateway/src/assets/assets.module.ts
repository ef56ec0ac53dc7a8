import { Module } from '@nestjs/common';
import { JobsModule } from '../jobs/jobs.module';
import { Assets } from './assets';
import { AssetsController } from './assets.controller';

@Module({ imports: [JobsModule], controllers: [AssetsController], providers: [Assets] })
export class AssetsModule {}
