import { z } from 'zod';
import type { Manifest } from './render';

const reference = z.looseObject({ name: z.string(), key: z.string() });
const envSchema = z.looseObject({
  name: z.string(),
  value: z.string().optional(),
  valueFrom: z.looseObject({ secretKeyRef: reference.optional() }).optional(),
});
const portSchema = z.looseObject({ name: z.string().optional(), containerPort: z.number() });
const containerSchema = z.looseObject({
  name: z.string(),
  image: z.string(),
  args: z.array(z.string()).default([]),
  env: z.array(envSchema).default([]),
  ports: z.array(portSchema).default([]),
  volumeMounts: z.array(z.looseObject({ name: z.string(), mountPath: z.string() })).default([]),
});
const volumeSchema = z.looseObject({
  name: z.string(),
  emptyDir: z.looseObject({ sizeLimit: z.string().optional(), medium: z.string().optional() }).optional(),
  secret: z.looseObject({ secretName: z.string() }).optional(),
  configMap: z.looseObject({ name: z.string() }).optional(),
  persistentVolumeClaim: z.looseObject({ claimName: z.string() }).optional(),
});
const podSpecSchema = z.looseObject({
  serviceAccountName: z.string(),
  automountServiceAccountToken: z.boolean(),
  terminationGracePeriodSeconds: z.number(),
  initContainers: z.array(containerSchema).default([]),
  containers: z.array(containerSchema).min(1),
  volumes: z.array(volumeSchema).default([]),
});
const templateSchema = z.looseObject({
  metadata: z.looseObject({ labels: z.record(z.string(), z.string()) }),
  spec: podSpecSchema,
});

export type Container = z.infer<typeof containerSchema>;

/** A pod that the release makes, by itself or through what owns it. */
export interface Pod {
  readonly owner: Manifest;
  /** `app.kubernetes.io/component` */
  readonly component: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly spec: z.infer<typeof podSpecSchema>;
}

/** Every pod of a rendering. A manifest that lacks what all of ours have is an error. */
export function podsOf(manifests: readonly Manifest[]): Pod[] {
  return manifests.flatMap((owner) => {
    const template = templateOf(owner);
    if (template === undefined) return [];
    const { metadata, spec } = templateSchema.parse(template);
    const component = metadata.labels['app.kubernetes.io/component'] ?? '';
    return [{ owner, component, labels: metadata.labels, spec }];
  });
}

function templateOf(manifest: Manifest): unknown {
  if (manifest.kind === 'Pod') return manifest;
  const spec = manifest['spec'];
  return typeof spec === 'object' && spec !== null && 'template' in spec ? spec.template : undefined;
}

/** The pod with this component; throws where there is none. */
export function podOf(manifests: readonly Manifest[], component: string): Pod {
  const found = podsOf(manifests).find((pod) => pod.component === component);
  if (found === undefined) throw new Error(`No pod is ${component}.`);
  return found;
}

export function containersOf(pod: Pod): Container[] {
  return [...pod.spec.initContainers, ...pod.spec.containers];
}
