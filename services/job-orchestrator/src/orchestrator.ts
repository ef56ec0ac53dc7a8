import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import {
  acceptJobsRpc,
  attemptsConsumer,
  beginAttemptRpc,
  cancelJobRpc,
  Catalogue,
  deleteJobRpc,
} from '@shotloom/contracts';
import { getJobRpc, listJobsRpc, mediaResultsConsumer, renewLeaseRpc } from '@shotloom/contracts';
import { connectBus, JetStreamStrategy, type Bus } from '@shotloom/bus';
import { openDatabase, OutboxRelay, pendingMigrations } from '@shotloom/database';
import { ledgerMigrations } from '@shotloom/ledger';
import { NestLogger, type ServiceContext } from '@shotloom/service-kit';
import { AppModule } from './app.module';
import type { Orchestrator } from './app.tokens';
import type { Config } from './config';
import { createOrchestratorMetrics } from './metrics';
import { Scheduler } from './scheduler/scheduler';
import { jobsMigrations, SCHEMA } from './schema/migrations';
import type { JobsSchema } from './schema/tables';
import { Sweeper } from './sweeps/sweeper';

const BATCH = 50;

/** Builds the service from its parts and starts them; each registers how it stops, the last first. */
export async function startOrchestrator(context: ServiceContext<Config>): Promise<void> {
  const { health, shutdown } = context;
  const bus = await connect(context);
  const orchestrator = assemble(context, bus);
  const { database, scheduler, config, logger } = orchestrator;
  shutdown.add('database', () => database.close());
  health.add('database', async () => {
    const pending = await pendingMigrations(database, [ledgerMigrations, jobsMigrations]);
    if (pending.length > 0)
      throw new Error(`migrations are missing: ${pending.join(', ')}; run the migrate job`);
  });
  const publish: Bus['publishEnvelope'] = (subject, envelope, headers) =>
    bus.publishEnvelope(subject, envelope, headers);
  const relay = new OutboxRelay({ database, schema: SCHEMA, publish, logger, metrics: context.metrics });
  relay.start();
  shutdown.add('outbox', () => relay.stop());
  shutdown.add('scheduler', () => scheduler.stop());
  const sweeper = new Sweeper({
    database,
    scheduler,
    providers: config.PROVIDERS_ENABLED,
    everyMs: config.SWEEP_MS,
    logger,
  });
  sweeper.start();
  shutdown.add('sweeper', () => sweeper.stop());
  await listen(context, orchestrator);
}

async function connect({
  config,
  logger,
  metrics,
  name,
  health,
  shutdown,
}: ServiceContext<Config>): Promise<Bus> {
  const bus = await connectBus({
    url: config.NATS_URL,
    name,
    logger,
    metrics,
    ...(config.NATS_USER === undefined ? {} : { user: config.NATS_USER }),
    ...(config.NATS_PASSWORD === undefined ? {} : { password: config.NATS_PASSWORD }),
  });
  shutdown.add('bus', () => bus.drain());
  health.add('nats', () => bus.ping());
  return bus;
}

function assemble({ config, logger, metrics, name }: ServiceContext<Config>, bus: Bus): Orchestrator {
  const database = openDatabase<JobsSchema>({
    url: config.DATABASE_URL,
    applicationName: name,
    poolSize: config.DATABASE_POOL,
    outboxSchema: SCHEMA,
    logger,
    metrics,
  });
  const catalogue = new Catalogue(new Set(config.PROVIDERS_ENABLED));
  const limits = {
    perUser: config.USER_PROVIDER_CONCURRENCY,
    perProvider: config.PROVIDER_CONCURRENCY,
    batch: BATCH,
  };
  const scheduler = new Scheduler({ database, catalogue, limits, logger });
  return {
    config,
    bus,
    database,
    catalogue,
    scheduler,
    logger,
    metrics: createOrchestratorMetrics(metrics, database, logger),
  };
}

async function listen({ shutdown }: ServiceContext<Config>, orchestrator: Orchestrator): Promise<void> {
  const strategy = new JetStreamStrategy(orchestrator.bus, {
    consumers: [attemptsConsumer, mediaResultsConsumer],
    rpcs: [acceptJobsRpc, getJobRpc, listJobsRpc, cancelJobRpc, deleteJobRpc, beginAttemptRpc, renewLeaseRpc],
  });
  const app = await NestFactory.createMicroservice(AppModule.with(orchestrator), {
    strategy,
    logger: new NestLogger(orchestrator.logger),
  });
  await app.listen();
  shutdown.add('messages', () => app.close());
}
