import { Controller, Get, Inject, Param, Query, Req, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { publicUrl, type Config } from '../../config';
import { AnswersBrowserRedirect, TakesQuery } from '../../docs/route-docs';
import { Public } from '../../identity/principal';
import { CONFIG } from '../../platform/parts';
import { clientOf } from '../client';
import { Cookies } from '../cookies';
import { linkLimits } from '../limits';
import { Sessions } from '../sessions';
import { SignedInAnswer } from '../signed-in';
import { Throttle } from '../throttle';
import { IssuerSignIn } from './issuer-sign-in';
import { readReturnTo } from './return-to';

const startQuerySchema = z
  .object({
    return_to: z.string().max(1_000).optional().describe('A path of ours, or at a configured origin.'),
  })
  .meta({ id: 'StartSignInQuery' });
type StartQuery = z.infer<typeof startQuerySchema>;

const SIGN_IN_PAGE = '/sign-in';
const ELSEWHERE = 'Sends the browser to the issuer to sign in';
const BACK = 'Where the issuer sends the browser back to; signs in with cookies, or shows why not';

/** For browsers: away to an issuer, and back with a session in cookies. */
@ApiTags('Sign-in')
@Controller('api/v1/auth')
export class IssuersController {
  private readonly ownOrigin: string;

  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly signIn: IssuerSignIn,
    private readonly cookies: Cookies,
    private readonly answer: SignedInAnswer,
    private readonly sessions: Sessions,
    private readonly throttle: Throttle,
  ) {
    this.ownOrigin = new URL(publicUrl(config)).origin;
  }

  @Get('google')
  @Public()
  @TakesQuery(startQuerySchema)
  @AnswersBrowserRedirect(ELSEWHERE, [404, 422, 429, 503])
  startGoogleSignIn(
    @Query({ schema: startQuerySchema }) query: StartQuery,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    return this.start('google', query, request, reply);
  }

  @Get('google/callback')
  @Public()
  @AnswersBrowserRedirect(BACK, [404, 429, 503])
  finishGoogleSignIn(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    return this.finish('google', request, reply);
  }

  @Get('oidc/:name')
  @Public()
  @TakesQuery(startQuerySchema)
  @AnswersBrowserRedirect(ELSEWHERE, [404, 422, 429, 503])
  startIssuerSignIn(
    @Param('name') name: string,
    @Query({ schema: startQuerySchema }) query: StartQuery,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    return this.start(name, query, request, reply);
  }

  @Get('oidc/:name/callback')
  @Public()
  @AnswersBrowserRedirect(BACK, [404, 429, 503])
  finishIssuerSignIn(
    @Param('name') name: string,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    return this.finish(name, request, reply);
  }

  private async start(
    name: string,
    { return_to: wanted }: StartQuery,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<void> {
    this.answer.requireSigning();
    const returnTo = readReturnTo(wanted, this.ownOrigin, this.config.CORS_ORIGINS);
    await this.throttle.take(linkLimits(request.ip));
    const { location, browser } = await this.signIn.begin(name, returnTo);
    this.cookies.setFlow(reply, browser);
    redirect(reply, location);
  }

  private async finish(name: string, request: FastifyRequest, reply: FastifyReply): Promise<void> {
    this.answer.requireSigning();
    await this.throttle.take(linkLimits(request.ip));
    const query = new URL(request.url, this.ownOrigin).searchParams;
    const browser = this.cookies.read(request, 'flow');
    const back = await this.signIn.comeBack(name, query, browser, clientOf(request));
    this.cookies.clearFlow(reply);
    if ('error' in back) return redirect(reply, `${SIGN_IN_PAGE}?error=${back.error}`);
    // Whoever was signed in here before is not any more.
    const before = this.cookies.read(request, 'refresh');
    if (before) await this.sessions.signOut(before);
    await this.answer.giveCookies(back.opened, reply);
    redirect(reply, back.returnTo);
  }
}

function redirect(reply: FastifyReply, location: string): void {
  void reply.code(302).header('location', location).header('cache-control', 'no-store');
}
