import { stopAll } from './running-infra';

async function globalTeardown(): Promise<void> {
  await stopAll();
}

export = globalTeardown;
