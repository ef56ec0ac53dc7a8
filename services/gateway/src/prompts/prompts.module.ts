import { Module } from '@nestjs/common';
import { JobsModule } from '../jobs/jobs.module';
import { Prompts } from './prompts';
import { PromptsController } from './prompts.controller';

@Module({ imports: [JobsModule], controllers: [PromptsController], providers: [Prompts] })
export class PromptsModule {}
