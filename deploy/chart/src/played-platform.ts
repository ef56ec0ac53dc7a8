import { mkdir, mkdtemp, rm, writeFile, chmod } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { waitFor } from '@shotloom/testing';
import { podName, playable, type Folder, type PlayWorld } from './kube-play';
import { loadFromDocker, logsOf, podman } from './podman';
import { containersOf, podOf, podsOf } from './pods';
import { render, type Manifest } from './render';

const READY_MS = 180_000;
const INTERNAL_PORT = 9090;
const NETWORK = 'shotloom-check-pods';
const SUBNET = process.env['CHECK_PODS_SUBNET'] ?? '10.89.77.0/24';

/**
 * The pods of a rendering, run from their images by Podman; what that cannot do for want of a cluster is said in kube-play.ts. The
 * stores are those of the chart, in the images of POSTGRES_IMAGE and NATS_IMAGE where they are given; media are files.
 */
export class PlayedPlatform {
  private constructor(private readonly world: PlayWorld) {}

  /** Postgres and NATS run afterwards, and nothing else. */
  static async start(): Promise<PlayedPlatform> {
    const manifests = render({ environments: ['minimal'], values: values() });
    const folder = await mkdtemp(join(tmpdir(), 'shotloom-pods-'));
    await loadFromDocker([
      ...new Set(podsOf(manifests).flatMap((pod) => containersOf(pod).map(({ image }) => image))),
    ]);
    await podman('network', 'create', '--subnet', SUBNET, NETWORK);
    const platform = new PlayedPlatform({ manifests, folder, addresses: addressesOf(manifests) });
    await Promise.all([platform.play('postgres'), platform.play('nats')]);
    return platform;
  }

  /** Starts a pod; resolves when its init containers have ended well and its container was started. */
  async play(component: string): Promise<void> {
    const { manifest, folders } = playable(podOf(this.world.manifests, component), this.world);
    for (const folder of folders) await prepare(folder);
    const file = join(this.world.folder, `${component}.json`);
    await writeFile(file, JSON.stringify(manifest));
    const address = this.world.addresses[component];
    await podman('kube', 'play', '--network', NETWORK, ...(address ? ['--ip', address] : []), file);
  }

  /** Starts a pod that ends, and gives what its container wrote. Rejects where that did not end well. */
  async runToEnd(component: string): Promise<string> {
    await this.play(component);
    const container = this.containerOf(component);
    const code = (await podman('wait', container)).trim();
    const log = await logsOf(container);
    if (code !== '0') throw new Error(`${component} ended with ${code}:\n${log.slice(-2_000)}`);
    return log;
  }

  /** Those that stay, at the same time as a cluster would start them; resolves when each says that it is ready. */
  async startServices(): Promise<void> {
    await Promise.all(
      this.services().map(async (component) => {
        await this.play(component);
        const url = `http://${this.world.addresses[component]}:${INTERNAL_PORT}/health/ready`;
        const ready = async (): Promise<boolean> => (await fetch(url)).ok;
        await waitFor(ready, { what: `${component} to be ready`, timeoutMs: READY_MS, intervalMs: 500 });
      }),
    );
  }

  services(): string[] {
    return podsOf(this.world.manifests)
      .filter(({ owner }) => owner.kind === 'Deployment')
      .map(({ component }) => component);
  }

  containerOf(component: string): string {
    const [container] = podOf(this.world.manifests, component).spec.containers;
    return `${podName(component)}-${container?.name ?? ''}`;
  }

  log(component: string): Promise<string> {
    return logsOf(this.containerOf(component));
  }

  async stop(): Promise<void> {
    const pods = [...new Set(podsOf(this.world.manifests).map(({ component }) => podName(component)))];
    await podman('pod', 'rm', '--force', '--ignore', '--time', '20', ...pods);
    await podman('network', 'rm', '--force', NETWORK);
    await rm(this.world.folder, { recursive: true, force: true });
  }
}

function values(): object {
  const image = (name: string): object => {
    const given = process.env[`${name}_IMAGE`];
    return given === undefined ? {} : { bundled: { image: given } };
  };
  return {
    publicUrl: 'http://127.0.0.1:8080',
    postgres: image('POSTGRES'),
    nats: image('NATS'),
  };
}

/** The first addresses belong to the network itself. */
function addressesOf(manifests: readonly Manifest[]): Record<string, string> {
  const start = SUBNET.replace(/\d+\/\d+$/, '');
  const components = podsOf(manifests)
    .filter(({ owner }) => owner.kind === 'Deployment' || owner.kind === 'StatefulSet')
    .map(({ component }) => component);
  return Object.fromEntries(components.map((component, index) => [component, `${start}${10 + index}`]));
}

/** Of nobody in particular, since `fsGroup` is for a cluster to keep; below a folder that only we may enter. */
async function prepare({ path, files }: Folder): Promise<void> {
  await mkdir(path, { recursive: true });
  await chmod(path, files === undefined ? 0o777 : 0o755);
  for (const [name, content] of Object.entries(files ?? {})) await writeFile(join(path, name), content);
}
