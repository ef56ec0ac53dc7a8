import { access, constants } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Controller, Get, Inject } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { pathsSchema, type Paths } from '@shotloom/contracts';
import type { ObjectStore } from '@shotloom/object-store';
import { HealthRegistry, type HealthCheck } from '@shotloom/service-kit';
import type { Config } from '../config';
import { Answers } from '../docs/route-docs';
import { RequireRole } from '../identity/principal';
import { CONFIG, OBJECT_STORE } from '../platform/parts';

interface Place {
  readonly name: Paths['paths'][number]['name'];
  readonly path: string;
  readonly look: HealthCheck;
}

/** Where the gateway keeps and finds files: addresses of the installation, for those who run it. */
@ApiTags('Health')
@Controller()
export class PathsController {
  constructor(
    @Inject(CONFIG) private readonly config: Config,
    @Inject(OBJECT_STORE) private readonly store: ObjectStore,
  ) {}

  @Get('paths')
  @RequireRole('operator')
  @Answers(200, pathsSchema, 'Where files are kept and found, and whether they are there')
  async getPaths(): Promise<Paths> {
    const places = this.places();
    // For its deadline: a store that does not answer is not there.
    const looks = new HealthRegistry();
    for (const { name, look } of places) looks.add(name, look);
    const { checks } = await looks.ready();
    return { paths: places.map(({ name, path }) => ({ name, path, exists: checks[name] === 'ok' })) };
  }

  private places(): readonly Place[] {
    const { CONSOLE_DIR: console } = this.config;
    const temporary = tmpdir();
    return [
      { name: 'objects', path: storeAddress(this.config), look: () => this.store.ping() },
      ...(console === undefined
        ? []
        : [{ name: 'console' as const, path: console, look: () => access(join(console, 'index.html')) }]),
      { name: 'temporary', path: temporary, look: () => access(temporary, constants.W_OK) },
    ];
  }
}

/** The folder, or the address of the bucket. */
function storeAddress(config: Config): string {
  const bucket = config.OBJECT_STORE_BUCKET;
  return config.OBJECT_STORE_KIND === 'file'
    ? join(config.OBJECT_STORE_PATH ?? '', bucket)
    : `${new URL(config.S3_ENDPOINT ?? '').origin}/${bucket}`;
}
