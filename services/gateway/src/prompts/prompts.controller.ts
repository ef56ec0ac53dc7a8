import { Body, Controller, HttpCode, Inject, Post, Req } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import {
  enhancedPromptSchema,
  enhancePromptSchema,
  type EnhancedPrompt,
  type EnhancePrompt,
  type Principal,
} from '@shotloom/contracts';
import { ownOrigins, type Config } from '../config';
import { Answers } from '../docs/route-docs';
import { CurrentPrincipal, RequireScope } from '../identity/principal';
import { CONFIG } from '../platform/parts';
import { Prompts } from './prompts';

@ApiTags('Generate')
@Controller('api/v1/prompts')
@RequireScope('generate')
export class PromptsController {
  constructor(
    private readonly prompts: Prompts,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  @Post('enhance')
  @HttpCode(200)
  @Answers(
    200,
    enhancedPromptSchema,
    'Makes a prompt say more, and drafts how a picture could move; costs nothing, and nothing is ordered',
    [400, 404, 410, 415, 422, 503],
  )
  enhancePrompt(
    @Body({ schema: enhancePromptSchema }) body: EnhancePrompt,
    @CurrentPrincipal() principal: Principal,
    @Req() request: FastifyRequest,
  ): Promise<EnhancedPrompt> {
    const origins = ownOrigins(this.config, request);
    return this.prompts.enhance({ body, principal, origins, requestId: request.id });
  }
}
