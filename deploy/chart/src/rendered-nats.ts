import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, requireTool, startChild, waitFor } from '@shotloom/testing';
import { connect } from 'node:net';
import { podOf } from './pods';
import { secretsOf } from './render-cache';
import type { Manifest } from './render';
import { environmentOf } from './environment';

export interface RenderedNats {
  readonly port: number;
  readonly url: string;
  readonly monitorUrl: string;
  /** By user. */
  readonly passwords: Readonly<Record<string, string>>;
  log(): Promise<string>;
  stop(): Promise<void>;
}

/** A real nats-server with the configuration and the passwords of a rendering; only addresses and folders differ. */
export async function startRenderedNats(
  manifests: readonly Manifest[],
  port?: number,
): Promise<RenderedNats> {
  const folder = await mkdtemp(join(tmpdir(), 'shotloom-rendered-nats-'));
  const container = podOf(manifests, 'nats').spec.containers[0];
  const config = manifests.find(
    ({ kind, metadata }) => kind === 'ConfigMap' && metadata.name.endsWith('-nats'),
  );
  const text = (config?.['data'] as Record<string, string> | undefined)?.['nats.conf'] ?? '';
  const file = join(folder, 'nats.conf');
  await writeFile(file, text.replace('store_dir: /data', `store_dir: "${folder}"`));
  const [clientPort, monitorPort] = [port ?? (await freePort()), await freePort()];
  const logFile = join(folder, 'nats.log');
  const child = await startChild({
    command: requireTool('nats-server', 'nats-server'),
    args: ['-c', file, '-a', '127.0.0.1', '-p', `${clientPort}`, '-m', `${monitorPort}`],
    env: container === undefined ? {} : environmentOf(container, manifests),
    logFile,
  });
  await waitFor(() => isOpen(clientPort), { what: 'the rendered NATS', timeoutMs: 20_000 });
  const secret = [...secretsOf(manifests)].find(([name]) => name.endsWith('-nats-users'));
  return {
    port: clientPort,
    url: `nats://127.0.0.1:${clientPort}`,
    monitorUrl: `http://127.0.0.1:${monitorPort}`,
    passwords: secret?.[1] ?? {},
    log: () => readFile(logFile, 'utf8'),
    stop: async () => {
      await child.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function isOpen(port: number): Promise<boolean> {
  return new Promise((done) => {
    const socket = connect({ port, host: '127.0.0.1' });
    socket.once('connect', () => done(true));
    socket.once('error', () => done(false));
    socket.once('connect', () => socket.destroy());
  });
}
