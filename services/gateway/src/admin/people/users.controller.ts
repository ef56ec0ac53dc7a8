import { Body, Controller, Get, HttpCode, Param, Post, Put, Query, Req } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import {
  adminUserDetailSchema,
  adminUserListQuerySchema,
  adminUserPageSchema,
  becauseSchema,
  changeRoleSchema,
  type AdminUser,
  type AdminUserDetail,
  type AdminUserListQuery,
  type Because,
  type ChangeRole,
  type Principal,
} from '@shotloom/contracts';
import { actorOf } from '../../audit/audit-log';
import { Answers, TakesQuery } from '../../docs/route-docs';
import { CurrentPrincipal, RequireRole } from '../../identity/principal';
import { AdminUsers } from './users';

@ApiTags('Admin')
@Controller('api/v1/admin/users')
@RequireRole('operator')
export class AdminUsersController {
  constructor(private readonly users: AdminUsers) {}

  @Get()
  @TakesQuery(adminUserListQuerySchema)
  @Answers(200, adminUserPageSchema, 'Everybody, newest first, a page at a time', [422])
  listUsers(
    @Query({ schema: adminUserListQuerySchema }) query: AdminUserListQuery,
  ): Promise<{ data: AdminUser[]; next_cursor: string | null }> {
    return this.users.list(query);
  }

  @Get(':id')
  @Answers(200, adminUserDetailSchema, 'One user, with accounts and keys', [404])
  getUser(@Param('id') id: string): Promise<AdminUserDetail> {
    return this.users.get(id);
  }

  @Post(':id/disable')
  @HttpCode(200)
  @Answers(
    200,
    adminUserDetailSchema,
    'Ends all keys and sessions of a user within a second',
    [400, 404, 409, 422],
  )
  disableUser(
    @Param('id') id: string,
    @Body({ schema: becauseSchema }) { reason }: Because,
    @CurrentPrincipal() principal: Principal,
    @Req() request: FastifyRequest,
  ): Promise<AdminUserDetail> {
    return this.users.disable(id, reason, principal, actorOf(request));
  }

  @Post(':id/enable')
  @HttpCode(200)
  @Answers(200, adminUserDetailSchema, 'Lets a user in again', [400, 404, 422])
  enableUser(
    @Param('id') id: string,
    @Body({ schema: becauseSchema }) { reason }: Because,
    @CurrentPrincipal() principal: Principal,
    @Req() request: FastifyRequest,
  ): Promise<AdminUserDetail> {
    return this.users.enable(id, reason, principal, actorOf(request));
  }

  @Put(':id/role')
  @RequireRole('admin')
  @Answers(
    200,
    adminUserDetailSchema,
    'Makes somebody a user, an operator or an admin; never the last admin less',
    [400, 404, 409, 422],
  )
  changeUserRole(
    @Param('id') id: string,
    @Body({ schema: changeRoleSchema }) { role, reason }: ChangeRole,
    @Req() request: FastifyRequest,
  ): Promise<AdminUserDetail> {
    return this.users.changeRole(id, role, reason, actorOf(request));
  }
}
