import { Body, Controller, HttpCode, Inject, Post, Req, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import {
  acceptedSchema,
  forgotPasswordSchema,
  registerSchema,
  resendVerificationSchema,
  resetPasswordSchema,
  signedInSchema,
  verifyEmailSchema,
  type AcceptedResource,
  type ForgotPassword,
  type Register,
  type ResendVerification,
  type ResetPassword,
  type SignedIn,
  type VerifyEmail,
} from '@shotloom/contracts';
import { publicUrl, type Config } from '../config';
import { Answers, AnswersNothing } from '../docs/route-docs';
import { Public } from '../identity/principal';
import { CONFIG } from '../platform/parts';
import { clientOf } from './client';
import { refuseForgery } from './forgery';
import { Passwords } from './passwords';
import { Registration } from './registration';
import { SignedInAnswer } from './signed-in';

/** For those who cannot sign in yet, or not any more. The answers do not tell whether an address is known. */
@ApiTags('Sign-in')
@Controller('api/v1/auth')
export class PeopleController {
  private readonly ownOrigin: string;

  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly registration: Registration,
    private readonly passwords: Passwords,
    private readonly answer: SignedInAnswer,
  ) {
    this.ownOrigin = new URL(publicUrl(config)).origin;
  }

  @Post('register')
  @HttpCode(202)
  @Public()
  @Answers(
    202,
    acceptedSchema,
    'Registers an address; the link in the mail makes the account',
    [400, 403, 415, 422, 429, 503],
  )
  async register(
    @Body({ schema: registerSchema }) body: Register,
    @Req() request: FastifyRequest,
  ): Promise<AcceptedResource> {
    this.answer.requireSigning();
    await this.registration.register(body, clientOf(request));
    const detail =
      this.config.AUTH_REGISTRATION === 'unverified'
        ? 'If the address was free, the account is there: sign in.'
        : 'Look at your mail: the link in it and your password open the account.';
    return { status: 'accepted', detail };
  }

  @Post('verify')
  @HttpCode(200)
  @Public()
  @Answers(
    200,
    signedInSchema,
    'Makes the account of a registration and signs in',
    [400, 401, 403, 409, 415, 422, 429, 503],
  )
  async verifyEmail(
    @Body({ schema: verifyEmailSchema }) body: VerifyEmail,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<SignedIn> {
    this.answer.requireSigning();
    if (body.transport === 'cookie') refuseForgery(request, this.ownOrigin);
    const opened = await this.registration.verify(body.token, body.password, clientOf(request));
    return this.answer.give(opened, body.transport, reply);
  }

  @Post('verify/resend')
  @HttpCode(202)
  @Public()
  @Answers(
    202,
    acceptedSchema,
    'Sends the mail of a registration again, where one waits for its address',
    [400, 403, 415, 422, 429, 503],
  )
  async resendVerification(
    @Body({ schema: resendVerificationSchema }) body: ResendVerification,
    @Req() request: FastifyRequest,
  ): Promise<AcceptedResource> {
    this.answer.requireSigning();
    await this.registration.resend(body, clientOf(request));
    return { status: 'accepted', detail: 'If a registration waits for this address, a link is on its way.' };
  }

  @Post('password/forgot')
  @HttpCode(202)
  @Public()
  @Answers(
    202,
    acceptedSchema,
    'Sends a link to choose a new password, where the address is known',
    [400, 415, 422, 429, 503],
  )
  async forgotPassword(
    @Body({ schema: forgotPasswordSchema }) body: ForgotPassword,
    @Req() request: FastifyRequest,
  ): Promise<AcceptedResource> {
    this.answer.requireSigning();
    await this.passwords.forgot(body, clientOf(request));
    return { status: 'accepted', detail: 'If there is an account with this address, a link is on its way.' };
  }

  @Post('password/reset')
  @HttpCode(204)
  @Public()
  @AnswersNothing('Sets a new password by a link and ends every session', [400, 415, 422, 429, 503])
  async resetPassword(
    @Body({ schema: resetPasswordSchema }) body: ResetPassword,
    @Req() request: FastifyRequest,
  ): Promise<void> {
    await this.passwords.reset(body.token, body.password, clientOf(request));
  }
}
