import { Body, Controller, Get, HttpCode, Param, Patch, Post, Req } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import {
  adminPlanListSchema,
  adminPlanSchema,
  becauseSchema,
  changePlanLimitsSchema,
  createPlanSchema,
  type AdminPlan,
  type Because,
  type ChangePlanLimits,
  type CreatePlan,
} from '@shotloom/contracts';
import { actorOf } from '../../audit/audit-log';
import { Answers } from '../../docs/route-docs';
import { RequireRole } from '../../identity/principal';
import { AdminPlans } from './plans';

@ApiTags('Admin')
@Controller('api/v1/admin/plans')
@RequireRole('admin')
export class AdminPlansController {
  constructor(private readonly plans: AdminPlans) {}

  @Get()
  @RequireRole('operator')
  @Answers(200, adminPlanListSchema, 'Every plan, retired ones too')
  async listPlansForAdmin(): Promise<{ data: AdminPlan[] }> {
    return { data: await this.plans.list() };
  }

  @Post()
  @Answers(201, adminPlanSchema, 'Makes a plan', [400, 409, 422])
  createPlan(
    @Body({ schema: createPlanSchema }) body: CreatePlan,
    @Req() request: FastifyRequest,
  ): Promise<AdminPlan> {
    return this.plans.create(body, actorOf(request));
  }

  @Patch(':id')
  @Answers(200, adminPlanSchema, 'Changes what a plan allows, for all who have it', [400, 404, 409, 422])
  changePlan(
    @Param('id') id: string,
    @Body({ schema: changePlanLimitsSchema }) body: ChangePlanLimits,
    @Req() request: FastifyRequest,
  ): Promise<AdminPlan> {
    return this.plans.change(id, body, actorOf(request));
  }

  @Post(':id/retire')
  @HttpCode(200)
  @Answers(200, adminPlanSchema, 'Gives a plan to nobody new', [400, 404, 409, 422])
  retirePlan(
    @Param('id') id: string,
    @Body({ schema: becauseSchema }) { reason }: Because,
    @Req() request: FastifyRequest,
  ): Promise<AdminPlan> {
    return this.plans.retire(id, reason, actorOf(request));
  }
}
