import { Controller, Get, Inject, Param } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { z } from 'zod';
import {
  modelListSchema,
  modelResourceSchema,
  STYLE_PRESETS,
  stylePresetListSchema,
  type Catalogue,
  type ModelResource,
  type ModelSpec,
} from '@shotloom/contracts';
import type { Clock } from '@shotloom/kernel';
import { Answers } from '../docs/route-docs';
import { RequireScope } from '../identity/principal';
import { CATALOGUE, CLOCK } from '../platform/parts';

/** What can be asked for here. */
@ApiTags('Models')
@Controller('api/v1')
@RequireScope('read')
export class ModelsController {
  constructor(
    @Inject(CATALOGUE) private readonly catalogue: Catalogue,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  @Get('models')
  @Answers(200, modelListSchema, 'Every model: what it can do, what it costs, and whether it is on here')
  listModels(): { data: ModelResource[] } {
    return { data: this.catalogue.list().map((model) => this.toResource(model)) };
  }

  @Get('models/:id')
  @Answers(200, modelResourceSchema, 'One model', [404])
  getModel(@Param('id') id: string): ModelResource {
    return this.toResource(this.catalogue.get(id));
  }

  @Get('style-presets')
  @Answers(200, stylePresetListSchema, 'The style presets and what each adds to a prompt')
  listStylePresets(): z.infer<typeof stylePresetListSchema> {
    return {
      data: STYLE_PRESETS.map(({ id, title, positive, negative }) => ({ id, title, positive, negative })),
    };
  }

  private toResource(model: ModelSpec): ModelResource {
    const state = this.catalogue.state(model, this.clock.now());
    return { ...model, enabled: state.enabled, reason: state.enabled ? null : state.reason };
  }
}
