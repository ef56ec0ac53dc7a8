import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import {
  acceptJobsRpc,
  attemptRefRpc,
  attemptsConsumer,
  beginAttemptRpc,
  beginSubmitRpc,
  cancelJobRpc,
  Catalogue,
  estimateVendorMicros,
  deleteJobRpc,
} from '@shotloom/contracts';
import {
  getJobRpc,
  limitsConsumer,
  listJobsRpc,
  mediaResultsConsumer,
  releaseLeaseRpc,
  renewLeaseRpc,
  stopAllJobsRpc,
  assetsInUseRpc,
} from '@shotloom/contracts';
import { openServiceBus, type Bus } from '@shotloom/bus';
import { JetStreamStrategy } from '@shotloom/bus/nest';
import { openServiceDatabase, OutboxRelay, TransactionQueue, type Database } from '@shotloom/database';
import { ledgerMigrations } from '@shotloom/ledger';
import { NestLogger, type ServiceContext } from '@shotloom/service-kit';
import { AppModule } from './app.module';
import { openAttemptRefs } from './attempts/attempt-ref';
import { lockAttempts } from './attempts/attempt-rows';
import { grantSubmits, type Beginner } from './attempts/begin-submit';
import { openKnownAttempts } from './attempts/known-attempts';
import { VendorHealth } from './attempts/vendor-health';
import type { Orchestrator } from './app.tokens';
import { createChangeMetrics, type ChangeMetrics } from './changes/change-metrics';
import { CreditNews } from './changes/credit-news';
import { BATCH_RPCS } from './batches/batches.controller';
import { watched } from './changes/watched-database';
import { DRAFT_RPCS } from './drafts/drafts.controller';
import { LOG_RPCS } from './log/log.controller';
import type { Config } from './config';
import { createOrchestratorMetrics } from './metrics';
import { ModelClock } from './models/model-clock';
import { PollPlanner } from './planner/poll-planner';
import { CredentialDirectory } from './scheduler/credential-directory';
import { observeOperations } from './ops/ops-metrics';
import { OPS_RPCS } from './ops/ops-rpcs';
import { PROVIDER_RPCS } from './providers/providers.controller';
import { GatewayFeed } from './models/gateway-feed';
import { Scheduler } from './scheduler/scheduler';
import { SweptProviders } from './scheduler/swept-providers';
import type { Estimate } from './spend/reserve';
import { jobsMigrations, SCHEMA } from './schema/migrations';
import type { JobsSchema } from './schema/tables';
import { Sweeper } from './sweeps/sweeper';

const BATCH = 50;
/** Few transactions at once, so that those that wait share the next one. */
const BEGINS = { transactions: 2, pieces: 64, pace: { leastMs: 8, mostMs: 40 } };
const CHANGES = { transactions: 2, pieces: 64, pace: { leastMs: 8, mostMs: 40 } };

/** Builds the service from its parts and starts them; each registers how it stops, the last first. */
export async function startOrchestrator(context: ServiceContext<Config>): Promise<void> {
  const { shutdown } = context;
  // Opened first, so that it closes last: what still runs needs it to its end.
  const opened = openServiceDatabase<JobsSchema>(context, {
    migrations: [ledgerMigrations, jobsMigrations],
    outboxSchema: SCHEMA,
  });
  const counted = createChangeMetrics(context.metrics, context.config.PROVIDERS_ENABLED);
  const database = watched(opened, (changes) => counted.committed(changes));
  const bus = await openServiceBus(context);
  const orchestrator = assemble(context, bus, database, counted);
  const { scheduler, config, logger, models } = orchestrator;
  observeOperations(context.metrics, { database, bus, logger });
  startRelay(context, bus, database);
  shutdown.add('scheduler', () => scheduler.stop());
  const swept = new SweptProviders(database, config.PROVIDERS_ENABLED, logger);
  swept.start();
  shutdown.add('swept providers', () => swept.stop());
  const sweeper = new Sweeper({
    database,
    scheduler,
    models,
    fallbacks: orchestrator.catalogue,
    swept,
    everyMs: config.SWEEP_MS,
    draftDays: config.DRAFT_DAYS,
    metrics: orchestrator.metrics,
    logger,
  });
  sweeper.start();
  shutdown.add('sweeper', () => sweeper.stop());
  await models.flush();
  const planner = new PollPlanner({
    database,
    bus,
    models,
    credentials: orchestrator.credentials,
    providers: config.PROVIDERS_ENABLED,
    everyMs: config.PLANNER_MS,
    logger,
    onPlanned: (provider, tasks) => orchestrator.metrics.polls.inc({ provider }, tasks),
  });
  planner.start();
  shutdown.add('planner', () => planner.stop());
  shutdown.add('vendor health', () => orchestrator.health.stop());
  orchestrator.feed.start();
  shutdown.add('gateway feed', () => orchestrator.feed.stop());
  await listen(context, orchestrator);
}

/** What is published of a payer's credits is told once more, to whoever watches balances. */
function startRelay(
  { shutdown, logger, metrics }: ServiceContext<Config>,
  bus: Bus,
  database: Database<JobsSchema>,
): void {
  const credits = new CreditNews(bus);
  const publish: Bus['publishEnvelope'] = async (subject, envelope, headers) => {
    const result = await bus.publishEnvelope(subject, envelope, headers);
    credits.published(envelope);
    return result;
  };
  const relay = new OutboxRelay({ database, schema: SCHEMA, publish, logger, metrics });
  relay.start();
  shutdown.add('outbox', async () => {
    await relay.stop();
    credits.stop();
  });
}

const NO_PARAMS = { params: {} };

function assemble(
  { config, logger, metrics }: ServiceContext<Config>,
  bus: Bus,
  database: Database<JobsSchema>,
  counted: ChangeMetrics,
): Orchestrator {
  const catalogue = new Catalogue(new Set(config.PROVIDERS_ENABLED));
  const limits = {
    perUser: config.USER_PROVIDER_CONCURRENCY,
    batch: BATCH,
    isOn: (provider: string) => catalogue.isOn(provider),
  };
  const { PUBLIC_URL: publicUrl, CALLBACK_SECRET: secret, SEND_SECONDS: sendSeconds } = config;
  const callbacks = publicUrl !== undefined && secret !== undefined ? { publicUrl, secret } : null;
  const credentials = CredentialDirectory.overBus(bus, logger);
  const estimate: Estimate = ({ model, request }) =>
    estimateVendorMicros(
      catalogue.list().find(({ id }) => id === model),
      // Jobs of earlier releases were stored without it.
      { ...NO_PARAMS, ...request },
    );
  const scheduler = new Scheduler({ database, limits, credentials, estimate, logger });
  const feed = new GatewayFeed({ bus, catalogue, credentials, scheduler, logger });
  return {
    config,
    bus,
    database,
    changes: new TransactionQueue<JobsSchema, string>(database, { ...CHANGES, prepare: lockAttempts }),
    begins: new TransactionQueue<JobsSchema, Beginner>(database, {
      ...BEGINS,
      prepare: (tx, beginners) => grantSubmits(tx, { sendSeconds }, beginners),
    }),
    refs: openAttemptRefs(database),
    known: openKnownAttempts(database),
    catalogue,
    scheduler,
    credentials,
    feed,
    models: new ModelClock(database, catalogue, logger),
    health: new VendorHealth(database, logger),
    submits: { sendSeconds, callbacks },
    logger,
    metrics: createOrchestratorMetrics(metrics, database, logger),
    counted,
  };
}

async function listen({ shutdown }: ServiceContext<Config>, orchestrator: Orchestrator): Promise<void> {
  const strategy = new JetStreamStrategy(orchestrator.bus, {
    consumers: [attemptsConsumer, mediaResultsConsumer, limitsConsumer],
    rpcs: [
      acceptJobsRpc,
      getJobRpc,
      listJobsRpc,
      cancelJobRpc,
      deleteJobRpc,
      stopAllJobsRpc,
      assetsInUseRpc,
      beginAttemptRpc,
      beginSubmitRpc,
      attemptRefRpc,
      renewLeaseRpc,
      releaseLeaseRpc,
      ...LOG_RPCS,
      ...DRAFT_RPCS,
      ...BATCH_RPCS,
      ...OPS_RPCS,
      ...PROVIDER_RPCS,
    ],
  });
  const app = await NestFactory.createMicroservice(AppModule.with(orchestrator), {
    strategy,
    logger: new NestLogger(orchestrator.logger),
  });
  await app.listen();
  shutdown.add('messages', () => app.close());
}
