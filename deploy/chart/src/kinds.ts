import { CUSTOM_RESOURCES } from './custom-resources';
import type { Manifest } from './render';

type Validate = ((data: unknown) => boolean) & { errors?: readonly Finding[] | null };
interface Finding {
  readonly instancePath: string;
  readonly message?: string;
  readonly keyword?: string;
}

/** Where the compiled schema of a kind is in kubernetes-models. */
const BUILT_IN: Readonly<Record<string, () => Promise<{ validate: unknown }>>> = {
  'apps/v1/Deployment': () => import('kubernetes-models/_schemas/IoK8sApiAppsV1Deployment'),
  'apps/v1/StatefulSet': () => import('kubernetes-models/_schemas/IoK8sApiAppsV1StatefulSet'),
  'autoscaling/v2/HorizontalPodAutoscaler': () =>
    import('kubernetes-models/_schemas/IoK8sApiAutoscalingV2HorizontalPodAutoscaler'),
  'batch/v1/Job': () => import('kubernetes-models/_schemas/IoK8sApiBatchV1Job'),
  'networking.k8s.io/v1/Ingress': () => import('kubernetes-models/_schemas/IoK8sApiNetworkingV1Ingress'),
  'networking.k8s.io/v1/NetworkPolicy': () =>
    import('kubernetes-models/_schemas/IoK8sApiNetworkingV1NetworkPolicy'),
  'policy/v1/PodDisruptionBudget': () =>
    import('kubernetes-models/_schemas/IoK8sApiPolicyV1PodDisruptionBudget'),
  'v1/ConfigMap': () => import('kubernetes-models/_schemas/IoK8sApiCoreV1ConfigMap'),
  'v1/PersistentVolumeClaim': () => import('kubernetes-models/_schemas/IoK8sApiCoreV1PersistentVolumeClaim'),
  'v1/Pod': () => import('kubernetes-models/_schemas/IoK8sApiCoreV1Pod'),
  'v1/Secret': () => import('kubernetes-models/_schemas/IoK8sApiCoreV1Secret'),
  'v1/Service': () => import('kubernetes-models/_schemas/IoK8sApiCoreV1Service'),
  'v1/ServiceAccount': () => import('kubernetes-models/_schemas/IoK8sApiCoreV1ServiceAccount'),
};

/** What the API would refuse or silently ignore, a sentence each; empty when all is well. */
export async function problemsOf(manifest: Manifest): Promise<string[]> {
  const kind = `${manifest.apiVersion}/${manifest.kind}`;
  const load = BUILT_IN[kind];
  if (load !== undefined) return builtIn((await load()).validate as Validate, manifest);
  const schema = CUSTOM_RESOURCES[kind];
  if (schema === undefined) return [`${kind} is a kind that no schema here knows.`];
  const result = schema.safeParse(manifest['spec']);
  return result.success
    ? []
    : result.error.issues.map(({ path, message }) => `spec.${path.join('.')}: ${message}`);
}

function builtIn(validate: Validate, manifest: Manifest): string[] {
  const seen = new Set<string>();
  if (!validate(watched(manifest, '', seen))) {
    return (validate.errors ?? []).map(
      ({ instancePath, message, keyword }) => `${instancePath}: ${message ?? keyword}`,
    );
  }
  return pathsOf(manifest, '')
    .filter((path) => !seen.has(path))
    .map((path) => `${path.slice(1)} is a field that ${manifest.kind} does not have.`);
}

/**
 * The compiled schemas take unknown fields, and the server drops them in silence: a typo in a probe is a pod without
 * one. A validator looks at every field that it knows, so a field that it never looked at is unknown.
 */
function watched(value: unknown, path: string, seen: Set<string>): unknown {
  if (typeof value !== 'object' || value === null) return value;
  return new Proxy(value, {
    get(target, key): unknown {
      const inner: unknown = Reflect.get(target, key);
      if (typeof key !== 'string' || !Object.hasOwn(target, key)) return inner;
      seen.add(`${path}.${key}`);
      return watched(inner, `${path}.${key}`, seen);
    },
  });
}

function pathsOf(value: unknown, path: string): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => [
    `${path}.${key}`,
    ...pathsOf(inner, `${path}.${key}`),
  ]);
}
