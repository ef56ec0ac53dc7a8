import { Body, Controller, Get, HttpCode, Inject, Post, Req, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import {
  authMethodsSchema,
  loginSchema,
  logoutSchema,
  refreshSchema,
  signedInSchema,
  type AuthMethods,
  type Login,
  type Logout,
  type Refresh,
  type SignedIn,
} from '@shotloom/contracts';
import { AppError } from '@shotloom/kernel';
import { publicUrl, type Config } from '../config';
import { Answers, AnswersNothing } from '../docs/route-docs';
import { Public } from '../identity/principal';
import { CONFIG } from '../platform/parts';
import { clientOf } from './client';
import { Cookies } from './cookies';
import { refuseForgery } from './forgery';
import { PasswordSignIn } from './password-sign-in';
import { Sessions } from './sessions';
import { SignedInAnswer } from './signed-in';

/** In and out, and on. Who wants cookies, or comes with them, must be a page of ours. */
@ApiTags('Sign-in')
@Controller('api/v1/auth')
export class AuthController {
  private readonly ownOrigin: string;

  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly passwords: PasswordSignIn,
    private readonly sessions: Sessions,
    private readonly answer: SignedInAnswer,
    private readonly cookies: Cookies,
  ) {
    this.ownOrigin = new URL(publicUrl(config)).origin;
  }

  @Get('methods')
  @Public()
  @Answers(200, authMethodsSchema, 'How people can sign in here')
  getAuthMethods(): AuthMethods {
    const { AUTH_SIGNING_KEY, AUTH_REGISTRATION, SMTP_URL, OIDC_ISSUERS } = this.config;
    const isOn = AUTH_SIGNING_KEY !== undefined;
    const canRegister = isOn && !(AUTH_REGISTRATION === 'verified' && SMTP_URL === undefined);
    return {
      password: isOn,
      registration: canRegister ? AUTH_REGISTRATION : 'closed',
      password_reset: isOn && SMTP_URL !== undefined,
      issuers: (isOn ? OIDC_ISSUERS : []).map(({ name, title }) => ({
        name,
        title,
        start_url: name === 'google' ? '/api/v1/auth/google' : `/api/v1/auth/oidc/${name}`,
      })),
    };
  }

  @Post('login')
  @HttpCode(200)
  @Public()
  @Answers(200, signedInSchema, 'Signs in with e-mail and password', [400, 401, 403, 415, 422, 429, 503])
  async login(
    @Body({ schema: loginSchema }) body: Login,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<SignedIn> {
    this.answer.requireSigning();
    if (body.transport === 'cookie') refuseForgery(request, this.ownOrigin);
    const opened = await this.passwords.signIn(body, clientOf(request));
    // Whoever was signed in here before is not any more.
    const before = body.transport === 'cookie' ? this.cookies.read(request, 'refresh') : null;
    if (before) await this.sessions.signOut(before);
    return this.answer.give(opened, body.transport, reply);
  }

  @Post('refresh')
  @HttpCode(200)
  @Public()
  @Answers(
    200,
    signedInSchema,
    'The next tokens of a session; each refresh token is good once',
    [400, 401, 403, 415, 422, 503],
  )
  async refreshSession(
    @Body({ schema: refreshSchema.optional() }) body: Refresh | undefined,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<SignedIn> {
    this.answer.requireSigning();
    const { token, fromCookie } = this.refreshToken(body, request);
    if (token === null) throw new AppError('unauthorized', 'There is no session here; sign in.');
    try {
      const opened = await this.sessions.refresh(token, clientOf(request));
      return await this.answer.give(opened, fromCookie ? 'cookie' : 'token', reply);
    } catch (error) {
      // What has ended is not sent again.
      if (fromCookie && error instanceof AppError && error.code === 'unauthorized') {
        this.cookies.clearSession(reply);
      }
      throw error;
    }
  }

  @Post('logout')
  @HttpCode(204)
  @Public()
  @AnswersNothing('Ends the session of a refresh token, or of the cookies', [400, 403, 415, 422, 503])
  async logout(
    @Body({ schema: logoutSchema.optional() }) body: Logout | undefined,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    const { token, fromCookie } = this.refreshToken(body, request);
    if (token !== null) await this.sessions.signOut(token);
    if (fromCookie) this.cookies.clearSession(reply);
  }

  private refreshToken(
    body: { refresh_token?: string | undefined } | undefined,
    request: FastifyRequest,
  ): { token: string | null; fromCookie: boolean } {
    if (body?.refresh_token !== undefined) return { token: body.refresh_token, fromCookie: false };
    const token = this.cookies.read(request, 'refresh');
    if (token !== null) refuseForgery(request, this.ownOrigin);
    return { token, fromCookie: token !== null };
  }
}
