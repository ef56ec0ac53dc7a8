import { Module } from '@nestjs/common';
import { Uploads } from './uploads';
import { UserFiles } from './user-files';
import { UploadsController } from './uploads.controller';

@Module({ controllers: [UploadsController], providers: [Uploads, UserFiles], exports: [UserFiles] })
export class UploadsModule {}
