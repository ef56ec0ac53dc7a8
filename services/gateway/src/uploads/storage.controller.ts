import { Controller, Get } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { storageResourceSchema, type Principal, type StorageResource } from '@shotloom/contracts';
import { Answers } from '../docs/route-docs';
import { CurrentPrincipal, RequireScope } from '../identity/principal';
import { UploadSessions } from './upload-sessions';

@ApiTags('Uploads')
@Controller('api/v1/storage')
@RequireScope('read')
export class StorageController {
  constructor(private readonly sessions: UploadSessions) {}

  @Get()
  @Answers(200, storageResourceSchema, 'What your uploads take, and what your plan allows', [503])
  getStorage(@CurrentPrincipal() principal: Principal): Promise<StorageResource> {
    return this.sessions.usage(principal);
  }
}
