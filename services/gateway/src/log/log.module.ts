import { Module } from '@nestjs/common';
import { LogController } from './log.controller';
import { UserLog } from './user-log';

@Module({ controllers: [LogController], providers: [UserLog] })
export class LogModule {}
