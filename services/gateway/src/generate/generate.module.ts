import { Module } from '@nestjs/common';
import { Acceptance } from './acceptance';
import { Drafts } from './drafts';
import { GenerateController } from './generate.controller';
import { Generation } from './generation';
import { Retries } from './retries';
import { RetryController } from './retry.controller';
import { UploadsModule } from '../uploads/uploads.module';

@Module({
  imports: [UploadsModule],
  controllers: [GenerateController, RetryController],
  providers: [Generation, Retries, Acceptance, Drafts],
  exports: [Generation, Retries, Drafts],
})
export class GenerateModule {}
