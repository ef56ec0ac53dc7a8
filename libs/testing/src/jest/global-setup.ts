import { startNats } from '../infra/nats-server';
import { startPostgres } from '../infra/postgres-server';
import { startContainers } from '../containers/containers';
import { isGiven, publish, remember, stopAll } from './running-infra';

/**
 * One Postgres and one NATS for the int tier. Servers given by variable are used as they are; Docker is used when
 * SHOTLOOM_TEST_INFRA=testcontainers, and its absence is then an error: nothing is skipped in silence.
 */
async function globalSetup(): Promise<void> {
  const kinds = (['postgres', 'nats'] as const).filter((kind) => !isGiven(kind));
  const start = process.env['SHOTLOOM_TEST_INFRA'] === 'testcontainers' ? startContainers : startEmbedded;
  try {
    await start(kinds);
  } catch (error) {
    await stopAll();
    throw error;
  }
}

async function startEmbedded(kinds: readonly ('postgres' | 'nats')[]): Promise<void> {
  const starters = {
    postgres: () => startPostgres({ durable: false }),
    nats: () => startNats(),
  };
  await Promise.all(
    kinds.map(async (kind) => {
      const server = await starters[kind]();
      remember(() => server.stop());
      publish(kind, server.url);
    }),
  );
}

export = globalSetup;
