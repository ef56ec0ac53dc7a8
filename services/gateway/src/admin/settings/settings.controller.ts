import { Body, Controller, Get, Inject, Patch, Put, Req } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import {
  changeSettingsSchema,
  platformSettingsSchema,
  setMaintenanceSchema,
  type ChangeSettings,
  type PlatformSettings,
  type SetMaintenance,
} from '@shotloom/contracts';
import type { Database } from '@shotloom/database';
import { actorOf, writeAudit, type Actor } from '../../audit/audit-log';
import { Answers } from '../../docs/route-docs';
import { RequireRole } from '../../identity/principal';
import type { IdentityTables } from '../../identity/schema/tables';
import { DATABASE } from '../../platform/parts';
import { lockSettings, Settings, writeSettings } from '../../platform/settings';

/** Switches of the whole platform. A change is known everywhere within a second. */
@ApiTags('Admin')
@Controller('api/v1/admin')
@RequireRole('admin')
export class AdminSettingsController {
  constructor(
    @Inject(DATABASE) private readonly database: Database<IdentityTables>,
    private readonly settings: Settings,
  ) {}

  @Get('settings')
  @RequireRole('operator')
  @Answers(200, platformSettingsSchema, 'What is set for the whole platform')
  async getSettings(): Promise<PlatformSettings> {
    const { version: _, ...settings } = await this.settings.current();
    return settings;
  }

  @Patch('settings')
  @Answers(200, platformSettingsSchema, 'Changes what is set for the whole platform', [400, 422])
  changeSettings(
    @Body({ schema: changeSettingsSchema }) body: ChangeSettings,
    @Req() request: FastifyRequest,
  ): Promise<PlatformSettings> {
    return this.change('settings.changed', body, actorOf(request));
  }

  @Put('maintenance')
  @RequireRole('operator')
  @Answers(
    200,
    platformSettingsSchema,
    'Takes no new work, while what runs goes on; null takes it again',
    [400, 422],
  )
  setMaintenance(
    @Body({ schema: setMaintenanceSchema }) body: SetMaintenance,
    @Req() request: FastifyRequest,
  ): Promise<PlatformSettings> {
    const action = body.maintenance === null ? 'maintenance.ended' : 'maintenance.begun';
    return this.change(action, body, actorOf(request));
  }

  private async change(
    action: string,
    given: ChangeSettings | SetMaintenance,
    actor: Actor,
  ): Promise<PlatformSettings> {
    const changed = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
    await this.database.run(async ({ sql }) => {
      const { version: _, ...before } = await lockSettings(sql);
      await writeSettings(sql, { ...before, ...changed });
      const from = Object.fromEntries(
        Object.keys(changed).map((name) => [name, before[name as keyof PlatformSettings]]),
      );
      const target = { type: 'platform', id: 'settings' };
      await writeAudit(sql, { actor, action, target, details: { from, to: changed } });
    });
    this.settings.forget();
    return this.getSettings();
  }
}
