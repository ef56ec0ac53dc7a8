import { Controller, Get, Inject } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { z } from 'zod';
import { healthResourceSchema } from '@shotloom/contracts';
import type { HealthRegistry, HealthReport } from '@shotloom/service-kit';
import type { Config } from '../config';
import { Answers } from '../docs/route-docs';
import { Public } from '../identity/principal';
import { CONFIG, HEALTH } from '../platform/parts';
import { VERSION } from '../version';
import { recent } from './recent';

/** Strangers may ask as often as they like: what we need is asked once in this time. */
const RECENT_MS = 1_000;

/** How the installation is, for people and monitors outside. */
@ApiTags('Health')
@Controller()
export class HealthController {
  private readonly report: () => Promise<HealthReport>;

  constructor(
    @Inject(HEALTH) health: HealthRegistry,
    @Inject(CONFIG) private readonly config: Config,
  ) {
    this.report = recent(() => health.ready(), RECENT_MS);
  }

  @Get('api/v1/health')
  @Public()
  @Answers(200, healthResourceSchema, 'State, version and providers; needs no key')
  getHealth(): Promise<z.infer<typeof healthResourceSchema>> {
    return this.look();
  }

  @Get('health')
  @Public()
  @Answers(200, healthResourceSchema, 'The same, at the address of the studio')
  getStudioHealth(): Promise<z.infer<typeof healthResourceSchema>> {
    return this.look();
  }

  private async look(): Promise<z.infer<typeof healthResourceSchema>> {
    const report = await this.report();
    // What a failing check says may name hosts, and strangers read this: the words are on the internal port.
    const checks = Object.entries(report.checks).map(([name, said]) => [
      name,
      said === 'ok' ? 'ok' : 'failing',
    ]);
    return {
      status: report.status === 'ok' ? 'ok' : 'degraded',
      version: VERSION,
      providers: [...this.config.PROVIDERS_ENABLED],
      checks: Object.fromEntries(checks) as Record<string, string>,
    };
  }
}
