import { Controller, Get, Inject, Param } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import { ApiTags } from '@nestjs/swagger';
import {
  openAiModelListSchema,
  openAiModelSchema,
  type Catalogue,
  type ModelSpec,
  type OpenAiModel,
  type OpenAiModelList,
} from '@shotloom/contracts';
import type { Clock } from '@shotloom/kernel';
import { Answers, OPENAI_TAG } from '../docs/route-docs';
import { OPENAI_ROUTE } from '../http/route-facts';
import { RequireScope } from '../identity/principal';
import { CATALOGUE, CLOCK } from '../platform/parts';
import { fullModelName } from '../models/full-model-name';

/** The models that are on, as OpenAI lists models. */
@ApiTags(OPENAI_TAG)
@Controller('v1/models')
@RequireScope('read')
export class OpenAiModelsController {
  constructor(
    @Inject(CATALOGUE) private readonly catalogue: Catalogue,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  @Get()
  @RouteConfig(OPENAI_ROUTE)
  @Answers(200, openAiModelListSchema, 'The models that can be ordered here, as OpenAI lists them')
  listOpenAiModels(): OpenAiModelList {
    const on = this.catalogue.list().filter((model) => this.catalogue.state(model, this.clock.now()).enabled);
    return { object: 'list', data: on.map(toModel) };
  }

  @Get(':id')
  @RouteConfig(OPENAI_ROUTE)
  @Answers(200, openAiModelSchema, 'One model', [404])
  getOpenAiModel(@Param('id') id: string): OpenAiModel {
    return toModel(this.catalogue.get(fullModelName(this.catalogue, id, this.clock.now())));
  }
}

function toModel({ id, provider, added_on: added }: ModelSpec): OpenAiModel {
  return { id, object: 'model', created: Math.floor(Date.parse(added) / 1000), owned_by: provider };
}
