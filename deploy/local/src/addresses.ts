import { choosePort, freePort } from '@shotloom/testing';
import type { Addresses } from './environment';
import type { Options } from './options';
import type { ServiceDefinition } from './services';

const GATEWAY_PORT = 8080;

/** A port for everything that listens. What was asked for by name and is taken is an error; the rest is free ones. */
export async function choosePorts(
  services: readonly ServiceDefinition[],
  wanted: Options['ports'],
): Promise<Pick<Addresses, 'publicPorts' | 'internalPorts'>> {
  const publicPorts: Record<string, number> = {};
  const internalPorts: Record<string, number> = {};
  for (const { name, hasPublicPort } of services) {
    internalPorts[name] = await freePort();
    if (!hasPublicPort) continue;
    publicPorts[name] =
      name === 'gateway'
        ? await choosePort({ what: 'the gateway', wanted: wanted.gateway, preferred: GATEWAY_PORT })
        : await freePort();
  }
  return { publicPorts, internalPorts };
}
