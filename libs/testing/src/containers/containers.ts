import { publish, remember } from '../jest/running-infra';

const IMAGES = {
  postgres: process.env['TEST_POSTGRES_IMAGE'] ?? 'postgres:17-alpine',
  nats: process.env['TEST_NATS_IMAGE'] ?? 'nats:2.12-alpine',
};

/**
 * The same servers as containers. Ryuk, the helper that cleans up after a crash, is off: it needs an image of its own
 * and the engine's socket; global tear-down stops what was started. Throws when no Docker engine answers.
 */
export async function startContainers(kinds: readonly ('postgres' | 'nats')[]): Promise<void> {
  process.env['TESTCONTAINERS_RYUK_DISABLED'] = 'true';
  const { GenericContainer, Wait } = await import('testcontainers');
  if (kinds.includes('postgres')) {
    const password = 'shotloom';
    const container = await new GenericContainer(IMAGES.postgres)
      .withEnvironment({ POSTGRES_PASSWORD: password, POSTGRES_DB: 'shotloom' })
      .withCommand(['postgres', '-c', 'max_connections=200', '-c', 'fsync=off'])
      .withExposedPorts(5432)
      .withWaitStrategy(Wait.forLogMessage(/ready to accept connections/, 2))
      .start();
    remember(async () => void (await container.stop()));
    publish(
      'postgres',
      `postgres://postgres:${password}@${container.getHost()}:${container.getMappedPort(5432)}/shotloom`,
    );
  }
  if (kinds.includes('nats')) {
    const container = await new GenericContainer(IMAGES.nats)
      .withCommand(['-js'])
      .withExposedPorts(4222)
      .withWaitStrategy(Wait.forLogMessage(/Server is ready/))
      .start();
    remember(async () => void (await container.stop()));
    publish('nats', `nats://${container.getHost()}:${container.getMappedPort(4222)}`);
  }
}
