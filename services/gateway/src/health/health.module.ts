import { Module } from '@nestjs/common';
import { HealthController } from './health.controller';
import { PathsController } from './paths.controller';

@Module({ controllers: [HealthController, PathsController] })
export class HealthModule {}
