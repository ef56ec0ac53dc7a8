import { join, resolve } from 'node:path';

/** From `tools/bench/dist`. */
export const ROOT = resolve(__dirname, '..', '..', '..');

/** A compiled entry point of a service. */
export function serviceScript(service: string, script: string): string {
  return join(ROOT, 'services', service, 'dist', `${script}.js`);
}
