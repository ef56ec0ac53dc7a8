import { execFile } from 'node:child_process';
import { appendFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import {
  freePort,
  startChild,
  startPostgres,
  waitFor,
  type Child,
  type PostgresServer,
} from '@shotloom/testing';
import { environmentOf } from './environment';
import { configMapOf } from './kube-play';
import { podOf, podsOf, type Container, type Pod } from './pods';
import { startRenderedNats, type RenderedNats } from './rendered-nats';
import { secretsOf } from './render-cache';
import { RELEASE, render, type Manifest } from './render';
import { ROOT } from './tools';

const run = promisify(execFile);

const STEP_MS = 120_000;
const READY_MS = 120_000;

/** What is listened to, by `<component>:<port>` of the chart. */
type Ports = Readonly<Record<string, number>>;

/**
 * A rendering of the chart, run on this machine: the pods' own arguments, environments, Secrets and order, against a
 * real Postgres with the roles and a real NATS with the users that the rendering makes. Names of the cluster become
 * loopback addresses and mounted folders temporary ones; isolation (security contexts, network policies, limits) is a
 * matter of the cluster, and not shown here.
 */
export class RenderedPlatform {
  private children: Child[] = [];

  private constructor(
    readonly manifests: readonly Manifest[],
    readonly folder: string,
    readonly ports: Ports,
    readonly postgres: PostgresServer,
    readonly nats: RenderedNats,
  ) {}

  /** Postgres and NATS run afterwards, and nothing else. The values must leave both, and files as the store, bundled. */
  static async start(values: object): Promise<RenderedPlatform> {
    const folder = await mkdtemp(join(tmpdir(), 'shotloom-rendered-'));
    const ports: Record<string, number> = {};
    for (const name of ['gateway:3000', 'storage:3002', 'notifier:3003', 'postgres:5432', 'nats:4222']) {
      ports[name] = await freePort();
    }
    const publicUrl = `http://127.0.0.1:${ports['gateway:3000']}`;
    const manifests = render({ environments: ['minimal'], values: { publicUrl, ...values } });
    const password = secretsOf(manifests).get(`${RELEASE}-postgres-admin`)?.['password'] ?? '';
    const dataDir = join(folder, 'postgres', 'data');
    await mkdir(join(folder, 'postgres'), { mode: 0o755 });
    const [postgres, nats] = await Promise.all([
      startPostgres({ dataDir, password, port: ports['postgres:5432'] ?? 0, durable: false }),
      startRenderedNats(manifests, ports['nats:4222']),
    ]);
    return new RenderedPlatform(manifests, folder, ports, postgres, nats);
  }

  /** Runs the containers of a pod that ends, one after the other, and gives what the last one printed. */
  runToEnd(component: string): Promise<string> {
    return this.runPod(this.pod(component));
  }

  /** The same for the job that an upgrade runs before its pods come. */
  runHook(): Promise<string> {
    const isHook = ({ owner }: Pod): boolean =>
      owner.metadata.annotations?.['helm.sh/hook'] === 'pre-upgrade';
    const hook = podsOf(this.manifests).find(isHook);
    if (hook === undefined) throw new Error('No job is a hook of upgrades.');
    return this.runPod(hook);
  }

  private async runPod(pod: Pod): Promise<string> {
    let output = '';
    for (const container of [...pod.spec.initContainers, ...pod.spec.containers]) {
      output = await this.step(pod, container);
    }
    return output;
  }

  /** Runs a pod's init containers to their end and starts its container; resolves when the readiness probe passes. */
  async startPod(component: string): Promise<void> {
    const pod = this.pod(component);
    for (const container of pod.spec.initContainers) await this.step(pod, container);
    const [container] = pod.spec.containers;
    if (container === undefined) throw new Error(`${component} has no container.`);
    const internalPort = await freePort();
    const logFile = join(this.folder, `${component}.log`);
    const env = await this.environment(pod, container, internalPort);
    const child = await startChild({
      command: process.execPath,
      args: ['--enable-source-maps', ...container.args],
      cwd: ROOT,
      env,
      logFile,
    });
    this.children.push(child);
    let gone = false;
    void child.exited.then(() => (gone = true));
    const ready = async (): Promise<boolean> =>
      gone || (await fetch(`http://127.0.0.1:${internalPort}/health/ready`)).ok;
    await waitFor(ready, { what: `${component} to be ready`, timeoutMs: READY_MS, intervalMs: 200 });
    if (gone) throw new Error(`${component} ended:\n${(await this.log(component)).slice(-2_000)}`);
  }

  /** All pods that stay, at the same time, as a cluster would. */
  async startServices(): Promise<void> {
    const deployments = podsOf(this.manifests).filter(({ owner }) => owner.kind === 'Deployment');
    await Promise.all(deployments.map(({ component }) => this.startPod(component)));
  }

  log(component: string): Promise<string> {
    return readFile(join(this.folder, `${component}.log`), 'utf8');
  }

  /** As a scale to 0 does. */
  async stopServices(): Promise<void> {
    await Promise.all(this.children.map((child) => child.stop('SIGTERM', 20_000)));
    this.children = [];
  }

  async stop(): Promise<void> {
    await this.stopServices();
    await this.nats.stop();
    await this.postgres.stop();
    await rm(this.folder, { recursive: true, force: true });
  }

  private pod(component: string): Pod {
    return podOf(this.manifests, component);
  }

  private async step(pod: Pod, container: Container): Promise<string> {
    const env = await this.environment(pod, container, 0);
    const args = container.args.map((arg) => this.local(pod, arg));
    const log = join(this.folder, `${pod.component}.log`);
    try {
      const { stdout, stderr } = await run(process.execPath, args, { cwd: ROOT, env, timeout: STEP_MS });
      await appendFile(log, stdout + stderr);
      return stdout;
    } catch (error) {
      const said = saidBefore(error).slice(-1_000);
      throw new Error(`${container.name} of ${pod.component} failed:\n${said}`, { cause: error });
    }
  }

  /** As Kubernetes would make it, with addresses and folders of this machine. */
  private async environment(
    pod: Pod,
    container: Container,
    internalPort: number,
  ): Promise<NodeJS.ProcessEnv> {
    await this.mount(pod);
    const given = environmentOf(container, this.manifests);
    const local = Object.fromEntries(
      Object.entries(given).map(([name, value]) => [name, this.local(pod, value)]),
    );
    const port = this.ports[`${pod.component}:${given['PORT']}`];
    return {
      PATH: process.env['PATH'],
      ...local,
      ...(given['HOST'] === undefined ? {} : { HOST: '127.0.0.1', INTERNAL_PORT: String(internalPort) }),
      ...(port === undefined ? {} : { PORT: String(port) }),
    };
  }

  private local(pod: Pod, text: string): string {
    let result = text.replaceAll('/app/', `${ROOT}/`).replaceAll('/var/lib/shotloom', this.folder);
    result = result.replaceAll('/etc/shotloom/', `${this.folder}/mounts/${pod.component}/`);
    for (const [name, port] of Object.entries(this.ports)) {
      const [component, number] = name.split(':');
      result = result.replaceAll(`${RELEASE}-${component}:${number}`, `127.0.0.1:${port}`);
    }
    return result;
  }

  /** Secrets and ConfigMaps below /etc/shotloom become folders with a file for each key. */
  private async mount(pod: Pod): Promise<void> {
    const mounts = [...pod.spec.initContainers, ...pod.spec.containers].flatMap((one) => one.volumeMounts);
    for (const { name, mountPath } of mounts) {
      if (!mountPath.startsWith('/etc/shotloom/')) continue;
      const volume = pod.spec.volumes.find((one) => one.name === name);
      const files = volume?.secret
        ? secretsOf(this.manifests).get(volume.secret.secretName)
        : configMapOf(this.manifests, volume?.configMap?.name ?? '');
      const folder = this.local(pod, mountPath);
      await mkdir(folder, { recursive: true });
      for (const [file, content] of Object.entries(files ?? {})) await writeFile(join(folder, file), content);
    }
  }
}

function saidBefore(error: unknown): string {
  // No look at its class: under Jest an error of Node is none of this world's.
  if (typeof error !== 'object' || error === null || !('stdout' in error && 'stderr' in error)) return '';
  return `${String(error.stdout)}${String(error.stderr)}`;
}
