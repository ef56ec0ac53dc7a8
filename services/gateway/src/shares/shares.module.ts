import { Module } from '@nestjs/common';
import { JobsModule } from '../jobs/jobs.module';
import { Shares } from './shares';
import { SharesController } from './shares.controller';

/** Public links to videos. The pages that they open are routes of their own: see `registerSharePages`. */
@Module({ imports: [JobsModule], controllers: [SharesController], providers: [Shares] })
export class SharesModule {}
