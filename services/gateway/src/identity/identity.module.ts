import { Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { ApiKeyGuard } from './api-key.guard';
import { CredentialResponder } from './credential-responder';
import { Credentials } from './credentials';
import { MeController } from './me.controller';
import { Tickets } from './tickets';

@Module({
  controllers: [MeController],
  providers: [Credentials, Tickets, CredentialResponder, { provide: APP_GUARD, useClass: ApiKeyGuard }],
})
export class IdentityModule {}
