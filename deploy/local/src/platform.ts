import { choosePort, startNats, startPostgres, type RuntimeInfo } from '@shotloom/testing';
import { join } from 'node:path';
import { choosePorts } from './addresses';
import { logFile, type DataFolder } from './data-folder';
import { objectStoreAt, serviceEnvironment, type Addresses, type EnvironmentInput } from './environment';
import type { Options } from './options';
import { runOnce } from './run-once';
import type { Secrets } from './secrets';
import { startProcess } from './service-process';
import { PAYMENTS } from './simulated-stripe';
import { simulatedCredential, simulatorOf, subscribeToEvents, type Simulator } from './simulators';
import { servicesFor, type ServiceDefinition } from './services';
import { SupervisedUnit, type UnitDefinition, type UnitEvents } from './supervised-unit';

const SERVICE_GRACE_MS = 15_000;

/** Everything that runs, from the databases to the services. */
export class Platform {
  private readonly servers: SupervisedUnit[] = [];
  private readonly services: SupervisedUnit[] = [];
  private known: EnvironmentInput | undefined;
  private ending = false;

  constructor(
    private readonly options: Options,
    private readonly folder: DataFolder,
    private readonly secrets: Secrets,
    private readonly events: UnitEvents,
  ) {}

  /** Servers, schema and streams, services: each only when what it needs is ready. Resolves when all are. */
  async start(): Promise<void> {
    const definitions = servicesFor(this.options.providers);
    const [databaseUrl, natsUrl, simulators] = await Promise.all([
      this.startPostgres(),
      this.startNats(),
      this.startSimulators(),
    ]);
    const ports = await choosePorts(definitions, this.options.ports);
    const addresses: Addresses = {
      databaseUrl,
      natsUrl,
      gatewayUrl: `http://127.0.0.1:${ports.publicPorts['gateway']}`,
      ...ports,
    };
    this.known = {
      root: this.options.root,
      objectsPath: this.folder.objects,
      providers: this.options.providers,
      simulators: Object.fromEntries(simulators.map(({ provider, url }) => [provider, url])),
      secrets: this.secrets,
      addresses,
      inherited: process.env,
    };
    await this.prepare(definitions);
    for (const simulator of simulators) {
      if (simulator.provider === PAYMENTS) await this.seedOffers(simulator, addresses.gatewayUrl);
      else await this.seedCredential(simulator);
    }
    await this.startServices(definitions);
  }

  /** The last started first: the services still finish their work on a running Postgres and NATS. */
  async stop(hurry: AbortSignal): Promise<void> {
    this.ending = true;
    const kill = (): void => this.services.forEach((unit) => unit.kill());
    hurry.addEventListener('abort', kill);
    if (hurry.aborted) kill();
    await Promise.all(this.services.map((unit) => unit.stop('SIGTERM', SERVICE_GRACE_MS)));
    for (const unit of [...this.servers].reverse()) await unit.stop();
  }

  unit(name: string): SupervisedUnit {
    const found = [...this.servers, ...this.services].find((unit) => unit.name === name);
    if (found === undefined) throw new Error(`There is no ${name} here.`);
    return found;
  }

  /** Runs the gateway's seed script; it prints what it made as JSON. */
  async seed(presentKey: string | undefined): Promise<string> {
    const more = {
      DEMO_ADMIN_PASSWORD: this.secrets.adminPassword,
      ...(presentKey === undefined ? {} : { DEMO_API_KEY: presentKey }),
    };
    return this.script(gatewayDefinition(), 'seed-demo', 'Seeding the demo user', more);
  }

  describe(): Omit<RuntimeInfo, 'apiKey' | 'userId' | 'accountId' | 'startedAt'> {
    const { addresses } = this.environment();
    const running = [...this.servers, ...this.services].filter(({ pid }) => pid !== undefined);
    return {
      gatewayUrl: addresses.gatewayUrl,
      consoleUrl: `${addresses.gatewayUrl}/`,
      docsUrl: `${addresses.gatewayUrl}/docs`,
      publicUrls: urlsOf(addresses.publicPorts),
      pids: {
        runtime: process.pid,
        ...Object.fromEntries(running.map(({ name, pid }) => [name, pid ?? 0])),
      },
      internalUrls: urlsOf(addresses.internalPorts),
      databaseUrl: addresses.databaseUrl,
      natsUrl: addresses.natsUrl,
      objectStore: objectStoreAt(process.env, this.folder.objects),
      simulators: this.environment().simulators,
      logs: this.folder.logs,
      dataDir: this.folder.root,
    };
  }

  private environment(): EnvironmentInput {
    if (this.known === undefined) throw new Error('The platform has not been started.');
    return this.known;
  }

  private async startPostgres(): Promise<string> {
    const port = await choosePort({ what: 'Postgres', wanted: this.options.ports.postgres });
    const log = await logFile(this.folder, 'postgres');
    let url = '';
    await this.supervise(this.servers, {
      name: 'postgres',
      logFile: log,
      launch: async () => {
        const server = await startPostgres({
          dataDir: this.folder.postgres,
          port,
          password: this.secrets.postgresPassword,
          logFile: log,
          programs: this.options.postgresPrograms,
        });
        url = server.url;
        return server;
      },
    });
    return url;
  }

  private async startNats(): Promise<string> {
    const port = await choosePort({ what: 'NATS', wanted: this.options.ports.nats });
    const log = await logFile(this.folder, 'nats');
    await this.supervise(this.servers, {
      name: 'nats',
      logFile: log,
      launch: () => startNats({ storeDir: this.folder.nats, port, logFile: log }),
    });
    return `nats://127.0.0.1:${port}`;
  }

  private async startSimulators(): Promise<Simulator[]> {
    const simulators: Simulator[] = [];
    for (const provider of this.options.simulate) {
      const simulator = await simulatorOf(provider, {
        root: this.options.root,
        logFile: await logFile(this.folder, `simulator-${provider}`),
        marker: processMarker(this.folder.root),
      });
      await this.supervise(this.servers, simulator.unit);
      simulators.push(simulator);
    }
    return simulators;
  }

  /** The operator's key for a simulated vendor. Doing it again changes nothing. */
  private async seedCredential(simulator: Simulator): Promise<void> {
    const what = `Seeding the key of ${simulator.provider}`;
    const more = { CREDENTIAL_JSON: await simulatedCredential(simulator) };
    await this.script(gatewayDefinition(), 'seed-credential', what, more);
  }

  /** Something to buy where no money moves, and nowhere else. */
  private async seedOffers(simulator: Simulator, gatewayUrl: string): Promise<void> {
    const more = { OFFERS_FILE: join(this.options.root, 'deploy', 'local', 'demo-offers.json') };
    await this.script(gatewayDefinition(), 'seed-offers', 'Seeding what is sold', more);
    await subscribeToEvents(simulator, gatewayUrl);
  }

  private async supervise(units: SupervisedUnit[], definition: UnitDefinition): Promise<void> {
    if (this.ending) throw new Error('It was asked to end while it started.');
    const unit = new SupervisedUnit(definition, this.events, this.options.restart);
    units.push(unit);
    await unit.start();
  }

  /** The schema first, in the order of the list, then the streams: services refuse to start without either. */
  private async prepare(definitions: readonly ServiceDefinition[]): Promise<void> {
    for (const service of definitions.filter(({ migrates }) => migrates)) {
      await this.script(service, 'migrate', `The migration of ${service.name}`);
    }
    const owner = definitions.find(({ name }) => name === 'job-orchestrator');
    if (owner !== undefined) await this.script(owner, 'topology', 'Creating streams and consumers');
  }

  private async script(
    service: ServiceDefinition,
    name: string,
    what: string,
    more: NodeJS.ProcessEnv = {},
  ): Promise<string> {
    return runOnce({
      what,
      script: join(this.options.root, 'services', service.name, 'dist', `${name}.js`),
      env: { ...serviceEnvironment(service, this.environment()), ...more },
      logFile: await logFile(this.folder, name),
      secret: name === 'seed-demo',
    });
  }

  private async startServices(definitions: readonly ServiceDefinition[]): Promise<void> {
    const environment = this.environment();
    const starts = definitions.map(async (service) => {
      const log = await logFile(this.folder, service.name);
      await this.supervise(this.services, {
        name: service.name,
        logFile: log,
        launch: () =>
          startProcess({
            name: service.name,
            script: join(this.options.root, 'services', service.name, 'dist', 'main.js'),
            args: [processMarker(this.folder.root)],
            root: this.options.root,
            env: serviceEnvironment(service, environment),
            logFile: log,
            healthUrl: `http://127.0.0.1:${environment.addresses.internalPorts[service.name]}/health/ready`,
          }),
      });
    });
    const failed = (await Promise.allSettled(starts)).find((result) => result.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
  }
}

function gatewayDefinition(): ServiceDefinition {
  const gateway = servicesFor([]).find(({ name }) => name === 'gateway');
  if (gateway === undefined) throw new Error('There is no gateway to seed.');
  return gateway;
}

/** On the command line of every service, so that a later run knows what an earlier one left behind. */
export function processMarker(dataDir: string): string {
  return `--shotloom-data=${dataDir}`;
}

const urlsOf = (ports: Readonly<Record<string, number>>): Record<string, string> =>
  Object.fromEntries(Object.entries(ports).map(([name, port]) => [name, `http://127.0.0.1:${port}`]));
