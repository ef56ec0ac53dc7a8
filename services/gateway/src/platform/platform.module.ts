import { Global, Module, type DynamicModule } from '@nestjs/common';
import {
  BUS,
  CATALOGUE,
  CLOCK,
  CONFIG,
  DATABASE,
  HEALTH,
  LOGGER,
  METRICS,
  OBJECT_STORE,
  type GatewayParts,
} from './parts';

/** Makes the parts injectable everywhere. */
@Global()
@Module({})
export class PlatformModule {
  static of(parts: GatewayParts): DynamicModule {
    const providers = [
      { provide: CONFIG, useValue: parts.config },
      { provide: LOGGER, useValue: parts.logger },
      { provide: METRICS, useValue: parts.metrics },
      { provide: HEALTH, useValue: parts.health },
      { provide: BUS, useValue: parts.bus },
      { provide: DATABASE, useValue: parts.database },
      { provide: OBJECT_STORE, useValue: parts.objectStore },
      { provide: CATALOGUE, useValue: parts.catalogue },
      { provide: CLOCK, useValue: parts.clock },
    ];
    return { module: PlatformModule, providers, exports: providers.map(({ provide }) => provide) };
  }
}
