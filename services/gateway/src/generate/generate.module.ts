import { Module } from '@nestjs/common';
import { Acceptance } from './acceptance';
import { GenerateController } from './generate.controller';
import { Generation } from './generation';

@Module({ controllers: [GenerateController], providers: [Generation, Acceptance] })
export class GenerateModule {}
