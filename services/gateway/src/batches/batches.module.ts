import { Module } from '@nestjs/common';
import { CreditsModule } from '../credits/credits.module';
import { GenerateModule } from '../generate/generate.module';
import { Batches } from './batches';
import { BatchesController } from './batches.controller';

@Module({
  imports: [CreditsModule, GenerateModule],
  controllers: [BatchesController],
  providers: [Batches],
})
export class BatchesModule {}
