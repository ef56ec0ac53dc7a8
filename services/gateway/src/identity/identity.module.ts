import { Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { CredentialResponder } from './credential-responder';
import { Credentials } from './credentials';
import { MeController } from './me.controller';
import { ScopeGuard } from './scope.guard';
import { Tickets } from './tickets';

@Module({
  controllers: [MeController],
  providers: [Credentials, Tickets, CredentialResponder, { provide: APP_GUARD, useClass: ScopeGuard }],
})
export class IdentityModule {}
