import type { Provider, Type } from '@nestjs/common';
import { MailSender } from '../mail/mail-sender';
import { AuthController } from './auth.controller';
import { Cookies } from './cookies';
import { IssuerClients } from './oidc/issuer-clients';
import { IssuerSignIn } from './oidc/issuer-sign-in';
import { IssuersController } from './oidc/issuers.controller';
import { PasswordHasher } from './password-hasher';
import { PasswordSignIn } from './password-sign-in';
import { Passwords } from './passwords';
import { PeopleController } from './people.controller';
import { Profile } from './profile';
import { Registration } from './registration';
import { SessionVerifier } from './session-verifier';
import { Sessions } from './sessions';
import { SessionsController } from './sessions.controller';
import { SignedInAnswer } from './signed-in';
import { Sweeper } from './sweeper';
import { Throttle } from './throttle';
import { accessTokensProvider } from './tokens';

export const AUTH_CONTROLLERS: Type[] = [
  AuthController,
  PeopleController,
  SessionsController,
  IssuersController,
];

export const AUTH_PROVIDERS: Provider[] = [
  accessTokensProvider,
  Cookies,
  IssuerClients,
  IssuerSignIn,
  MailSender,
  PasswordHasher,
  PasswordSignIn,
  Passwords,
  Profile,
  Registration,
  SessionVerifier,
  Sessions,
  SignedInAnswer,
  Sweeper,
  Throttle,
];
