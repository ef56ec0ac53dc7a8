import { Body, Controller, Get, HttpCode, Param, Post, Put, Req } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import {
  adminModelSchema,
  retireModelSchema,
  saveModelSchema,
  setPriceSchema,
  type AdminModel,
  type RetireModel,
  type SaveModel,
  type SetPrice,
} from '@shotloom/contracts';
import { actorOf } from '../../audit/audit-log';
import { Answers } from '../../docs/route-docs';
import { RequireRole } from '../../identity/principal';
import { AdminCatalogue } from './admin-catalogue';

@ApiTags('Admin')
@Controller('api/v1/admin/models')
@RequireRole('admin')
export class AdminCatalogueController {
  constructor(private readonly catalogue: AdminCatalogue) {}

  @Get(':id')
  @RequireRole('operator')
  @Answers(200, adminModelSchema, 'One model, and what operators have said of it', [404])
  getModelForAdmin(@Param('id') id: string): Promise<AdminModel> {
    return this.catalogue.get(id);
  }

  @Put(':id')
  @Answers(200, adminModelSchema, 'Adds a model without a release, or changes one', [400, 422])
  saveModel(
    @Param('id') id: string,
    @Body({ schema: saveModelSchema }) body: SaveModel,
    @Req() request: FastifyRequest,
  ): Promise<AdminModel> {
    return this.catalogue.save(id, body, actorOf(request));
  }

  @Post(':id/retire')
  @HttpCode(200)
  @Answers(200, adminModelSchema, 'Refuses a model from a day on', [400, 404, 422])
  retireModel(
    @Param('id') id: string,
    @Body({ schema: retireModelSchema }) body: RetireModel,
    @Req() request: FastifyRequest,
  ): Promise<AdminModel> {
    return this.catalogue.retire(id, body, actorOf(request));
  }

  @Post(':id/prices')
  @HttpCode(200)
  @Answers(200, adminModelSchema, 'Sets what a model costs from a moment on', [400, 404, 409, 422])
  setModelPrice(
    @Param('id') id: string,
    @Body({ schema: setPriceSchema }) body: SetPrice,
    @Req() request: FastifyRequest,
  ): Promise<AdminModel> {
    return this.catalogue.setPrice(id, body, actorOf(request));
  }
}
