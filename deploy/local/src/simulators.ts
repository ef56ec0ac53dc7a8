import { freePort } from '@shotloom/testing';
import { SIMULATED_VENDORS } from '@shotloom/vendor-simulators';
import { join } from 'node:path';
import { withoutOurs } from './environment';
import { PAYMENTS, SIMULATED_STRIPE } from './simulated-stripe';
import { startProcess } from './service-process';
import type { UnitDefinition } from './supervised-unit';

/** Video vendors, and who takes money, that `libs/vendor-simulators` can stand in for. */
export const SIMULATED: readonly string[] = [...SIMULATED_VENDORS, PAYMENTS];

/** One simulator of this run; its port stays the same when it is started again, but what it knew is gone then. */
export interface Simulator {
  readonly provider: string;
  readonly url: string;
  readonly unit: UnitDefinition;
}

/** A simulator as a unit. `SIMULATOR_ARGS` of the environment is passed on, for example `--run-ms 500,1000`. */
export async function simulatorOf(
  provider: string,
  options: { readonly root: string; readonly logFile: string; readonly marker: string },
): Promise<Simulator> {
  const { root, logFile, marker } = options;
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const more = (process.env['SIMULATOR_ARGS'] ?? '').split(' ').filter((part) => part !== '');
  const launch: UnitDefinition['launch'] = () =>
    startProcess({
      name: `the simulator of ${provider}`,
      script: join(root, 'libs', 'vendor-simulators', 'dist', 'main.js'),
      args: [provider, '--port', `${port}`, ...more, marker],
      root,
      env: withoutOurs(process.env),
      logFile,
      healthUrl: `${url}/_sim/counts`,
    });
  return { provider, url, unit: { name: `simulator-${provider}`, logFile, launch } };
}

/** The operator's credential for a simulator, as the gateway's script takes it. */
export async function simulatedCredential({ provider, url }: Simulator): Promise<string> {
  const response = await fetch(`${url}/_sim/credential`);
  const { fields } = (await response.json()) as { fields: Readonly<Record<string, string>> };
  return JSON.stringify({ provider, name: 'Simulated', fields });
}

/** Tells the simulator of Stripe where its events go. What it knew before is not told again. */
export async function subscribeToEvents({ url }: Simulator, gatewayUrl: string): Promise<void> {
  const endpoint = { url: `${gatewayUrl}/webhooks/stripe`, secret: SIMULATED_STRIPE.webhookSecret };
  const response = await fetch(`${url}/_control`, {
    method: 'POST',
    body: JSON.stringify({ do: 'endpoint', ...endpoint }),
  });
  if (!response.ok) throw new Error(`The simulator of Stripe does not take the webhook: ${response.status}.`);
}
