import { stopAll } from './running-infra';

export default async function globalTeardown(): Promise<void> {
  await stopAll();
}
