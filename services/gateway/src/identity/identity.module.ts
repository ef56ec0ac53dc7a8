import { Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { AUTH_CONTROLLERS, AUTH_PROVIDERS } from '../auth/auth-parts';
import { ApiKeys } from './api-keys';
import { ApiKeysController } from './api-keys.controller';
import { CredentialResponder } from './credential-responder';
import { Credentials } from './credentials';
import { MeController } from './me.controller';
import { Revocations } from './revocations';
import { ScopeGuard } from './scope.guard';
import { Throttle } from '../auth/throttle';
import { Tickets } from './tickets';

/** Who is asking and how they prove it. Signing in is a folder of its own, and the same module: each needs the other. */
@Module({
  controllers: [MeController, ApiKeysController, ...AUTH_CONTROLLERS],
  providers: [
    Credentials,
    Tickets,
    ApiKeys,
    Revocations,
    CredentialResponder,
    ...AUTH_PROVIDERS,
    { provide: APP_GUARD, useClass: ScopeGuard },
  ],
  exports: [Revocations, Throttle],
})
export class IdentityModule {}
