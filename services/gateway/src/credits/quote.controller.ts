import { Body, Controller, HttpCode, Inject, Post, Req } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import {
  quoteRequestSchema,
  quoteSchema,
  type Principal,
  type Quote,
  type QuoteRequest,
} from '@shotloom/contracts';
import { ownOrigins, type Config } from '../config';
import { Answers } from '../docs/route-docs';
import { Generation } from '../generate/generation';
import { CurrentPrincipal, RequireScope } from '../identity/principal';
import { CONFIG } from '../platform/parts';
import { Credits } from './credits';

/** What something would cost: checked and priced as when it is ordered, and nothing is written. */
@ApiTags('Credits')
@Controller('api/v1/quote')
@RequireScope('read')
export class QuoteController {
  constructor(
    private readonly generation: Generation,
    private readonly credits: Credits,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  @Post()
  @HttpCode(200)
  @Answers(
    200,
    quoteSchema,
    'What a generate request would cost now; whatever is refused here would be refused there',
    [400, 404, 415, 422, 503],
  )
  async quote(
    @Body({ schema: quoteRequestSchema }) request: QuoteRequest,
    @CurrentPrincipal() principal: Principal,
    @Req() http: FastifyRequest,
  ): Promise<Quote> {
    const { operation, ...body } = request;
    const origins = ownOrigins(this.config, http);
    const [{ main, fallback }, { available, most }] = await Promise.all([
      this.generation.resolve({ principal, operation, body, origins, requestId: http.id }),
      this.credits.affordable(principal),
    ]);
    const chain = [main, ...fallback].map(({ request: { model }, price }) => ({
      model,
      credits: price.credits,
      price_version: price.version,
    }));
    const each = Math.max(...chain.map(({ credits }) => credits));
    const variants = body.variants ?? 1;
    const { durationSeconds: duration, size, aspectRatio } = main.request;
    return {
      hold_credits: each * variants,
      per_variant_credits: each,
      variants,
      chain,
      duration,
      size,
      aspect_ratio: aspectRatio,
      available_credits: available,
      affordable: each * variants <= most,
    };
  }
}
