import { Module } from '@nestjs/common';
import { SourceImports } from './source-imports';
import { StorageController } from './storage.controller';
import { UploadRules } from './upload-limits';
import { UploadSessions } from './upload-sessions';
import { UploadSessionsController } from './upload-sessions.controller';
import { Uploads } from './uploads';
import { UploadsController } from './uploads.controller';
import { UserFiles } from './user-files';

@Module({
  controllers: [UploadsController, UploadSessionsController, StorageController],
  providers: [Uploads, UploadRules, UploadSessions, SourceImports, UserFiles],
  exports: [SourceImports, UploadRules, UploadSessions, UserFiles],
})
export class UploadsModule {}
