/** Parts of the environment that services share; see environment.ts for the variables of each. */
export type Need = 'bus' | 'database' | 'objects';

export interface ServiceDefinition {
  /** Its folder under services/. */
  readonly name: string;
  readonly needs: readonly Need[];
  /** Serves people or browsers, not only health and metrics. */
  readonly hasPublicPort: boolean;
  /** Owns a schema: `dist/migrate.js` brings it up to date. In this order, since later ones grant rights on earlier ones. */
  readonly migrates: boolean;
}

const CORE: readonly ServiceDefinition[] = [
  { name: 'gateway', needs: ['bus', 'database', 'objects'], hasPublicPort: true, migrates: true },
  { name: 'job-orchestrator', needs: ['bus', 'database'], hasPublicPort: false, migrates: true },
  { name: 'storage', needs: ['bus', 'database', 'objects'], hasPublicPort: true, migrates: true },
  { name: 'notifier', needs: ['bus', 'database'], hasPublicPort: true, migrates: false },
  { name: 'webhooks', needs: ['bus', 'database'], hasPublicPort: false, migrates: true },
];

/** The services of one platform: the core, and a worker for each engine that is on. */
export function servicesFor(providers: readonly string[]): ServiceDefinition[] {
  return [...CORE, ...providers.map(providerService)];
}

function providerService(provider: string): ServiceDefinition {
  return {
    name: `provider-${provider}`,
    needs: ['bus', 'objects'],
    hasPublicPort: false,
    migrates: false,
  };
}
