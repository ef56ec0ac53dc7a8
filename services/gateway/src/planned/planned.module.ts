import { Module } from '@nestjs/common';
import { PlannedController } from './planned.controller';

/** Routes whose engines are not part of this release. */
@Module({ controllers: [PlannedController] })
export class PlannedModule {}
