import { environmentOf } from './environment';
import { containersOf, type Container, type Pod } from './pods';
import { secretsOf } from './render-cache';
import { RELEASE, type Manifest } from './render';

/** Where a pod of the rendering is, and where what is mounted into it lies on this machine. */
export interface PlayWorld {
  readonly manifests: readonly Manifest[];
  /** One for each component with a Service. */
  readonly addresses: Readonly<Record<string, string>>;
  /** Everything that pods write, and Secrets and ConfigMaps as files. */
  readonly folder: string;
}

/** A folder that has to be there before the pod; with `files`, those are all that is in it. */
export interface Folder {
  readonly path: string;
  readonly files?: Readonly<Record<string, string>>;
}

export interface PlayablePod {
  readonly manifest: object;
  readonly folders: readonly Folder[];
}

/**
 * A pod of the chart as `podman kube play` can take it. Images, arguments, variables, users, file systems that are read only, dropped
 * capabilities and the order of containers stay; what needs a cluster is replaced:
 *   - Deployments, StatefulSets and Jobs by their pod, once
 *   - Services and their names by fixed addresses in /etc/hosts
 *   - Secrets and ConfigMaps by the values that they have in the rendering, claims and emptyDirs by folders of this machine
 *   - probes by whoever waits for the pod; limits, spreading, service accounts and network policies by nothing
 */
export function playable(pod: Pod, world: PlayWorld): PlayablePod {
  const { spec, component } = pod;
  const folders = containersOf(pod)
    .flatMap(({ volumeMounts }) => volumeMounts)
    .map(({ name }) => [name, folderOf(pod, name, world)] as const);
  const byVolume = new Map(folders);
  const manifest = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: podName(component), labels: { app: RELEASE } },
    spec: {
      restartPolicy: 'Never',
      ...('securityContext' in spec ? { securityContext: spec['securityContext'] } : {}),
      hostAliases: Object.entries(world.addresses).map(([name, ip]) => ({ ip, hostnames: [podName(name)] })),
      initContainers: spec.initContainers.map((one) => playableContainer(one, world)),
      containers: spec.containers.map((one) => playableContainer(one, world)),
      volumes: [...byVolume].map(([name, { path }]) => ({ name, hostPath: { path, type: 'Directory' } })),
    },
  };
  return { manifest, folders: [...byVolume.values()] };
}

/** Of a component: also the name of its Service. */
export function podName(component: string): string {
  return `${RELEASE}-${component}`;
}

function playableContainer(container: Container, { manifests }: PlayWorld): object {
  const { name, image, args, volumeMounts } = container;
  const env = Object.entries(environmentOf(container, manifests)).map(([key, value]) => ({
    name: key,
    value,
  }));
  const security = 'securityContext' in container ? { securityContext: container['securityContext'] } : {};
  return { name, image, imagePullPolicy: 'Never', args, env, volumeMounts, ...security };
}

function folderOf(pod: Pod, volumeName: string, { manifests, folder }: PlayWorld): Folder {
  const volume = pod.spec.volumes.find(({ name }) => name === volumeName);
  const claim = volume?.persistentVolumeClaim?.claimName;
  if (claim !== undefined) return { path: `${folder}/claims/${claim}` };
  const path = `${folder}/${pod.component}/${volumeName}`;
  if (volume?.secret) return { path, files: secretsOf(manifests).get(volume.secret.secretName) ?? {} };
  if (volume?.configMap) return { path, files: configMapOf(manifests, volume.configMap.name) };
  // An emptyDir, or a claim that a StatefulSet makes.
  return { path };
}

/** The texts of a ConfigMap; none where it is not in the rendering. */
export function configMapOf(manifests: readonly Manifest[], name: string): Record<string, string> {
  const found = manifests.find(({ kind, metadata }) => kind === 'ConfigMap' && metadata.name === name);
  return (found?.['data'] ?? {}) as Record<string, string>;
}
