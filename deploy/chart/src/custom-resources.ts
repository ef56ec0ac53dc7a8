import { z } from 'zod';

/**
 * The custom resources that the chart makes, as far as it uses them: written from the public API references of KEDA
 * 2.19, the Prometheus operator 0.8x and Gateway API v1. Strict, so that a wrong key is found.
 */
const text = z.string().min(1);
const seconds = z.int().nonnegative();
/** KEDA reads all metadata of a trigger as text. */
const numeral = z.string().regex(/^\d+$/);
const flag = z.enum(['true', 'false']);

const natsTrigger = z.strictObject({
  type: z.literal('nats-jetstream'),
  metricType: z.enum(['AverageValue', 'Value']),
  metadata: z.strictObject({
    natsServerMonitoringEndpoint: z.string().regex(/^[a-z0-9.-]+:\d+$/),
    account: text,
    stream: text,
    consumer: text,
    lagThreshold: numeral,
    activationLagThreshold: numeral,
    useHttps: flag,
  }),
});
const prometheusTrigger = z.strictObject({
  type: z.literal('prometheus'),
  metricType: z.enum(['AverageValue', 'Value']),
  metadata: z.strictObject({
    serverAddress: z.url(),
    query: text,
    threshold: numeral,
    activationThreshold: numeral,
    ignoreNullValues: flag,
  }),
});
const scaledObject = z.strictObject({
  scaleTargetRef: z.strictObject({ apiVersion: text, kind: text, name: text }),
  minReplicaCount: z.int().nonnegative(),
  maxReplicaCount: z.int().positive(),
  pollingInterval: seconds,
  cooldownPeriod: seconds,
  // KEDA falls back for AverageValue only, which both triggers have.
  fallback: z.strictObject({ failureThreshold: z.int().positive(), replicas: z.int().nonnegative() }),
  advanced: z.strictObject({
    restoreToOriginalReplicaCount: z.boolean(),
    horizontalPodAutoscalerConfig: z.strictObject({
      behavior: z.strictObject({ scaleDown: z.strictObject({ stabilizationWindowSeconds: seconds }) }),
    }),
  }),
  triggers: z.array(z.discriminatedUnion('type', [natsTrigger, prometheusTrigger])).min(1),
});

const labels = z.record(z.string(), z.string());
const podMonitor = z.strictObject({
  selector: z.strictObject({
    matchLabels: labels,
    matchExpressions: z.array(
      z.strictObject({ key: text, operator: z.enum(['In', 'NotIn']), values: z.array(text).min(1) }),
    ),
  }),
  podMetricsEndpoints: z.array(
    z.strictObject({ port: text, path: text, interval: z.string().regex(/^\d+[sm]$/) }),
  ),
});
const rule = z.strictObject({
  alert: text.optional(),
  record: text.optional(),
  expr: text,
  for: text.optional(),
  keep_firing_for: text.optional(),
  labels: labels.optional(),
  annotations: labels.optional(),
});
const prometheusRule = z.strictObject({
  groups: z
    .array(z.strictObject({ name: text, interval: text.optional(), rules: z.array(rule).min(1) }))
    .min(1),
});
const httpRoute = z.strictObject({
  parentRefs: z
    .array(z.strictObject({ name: text, namespace: text.optional(), sectionName: text.optional() }))
    .min(1),
  hostnames: z.array(text).min(1),
  rules: z.array(
    z.strictObject({
      matches: z.array(
        z.strictObject({ path: z.strictObject({ type: z.literal('PathPrefix'), value: text }) }),
      ),
      timeouts: z.strictObject({ request: z.string().regex(/^\d+(h|m|s|ms)$/) }),
      backendRefs: z.array(z.strictObject({ name: text, port: z.int().positive() })),
    }),
  ),
});

/** By `apiVersion/kind`: the schema of `spec`. */
export const CUSTOM_RESOURCES: Readonly<Record<string, z.ZodType>> = {
  'keda.sh/v1alpha1/ScaledObject': scaledObject,
  'monitoring.coreos.com/v1/PodMonitor': podMonitor,
  'monitoring.coreos.com/v1/PrometheusRule': prometheusRule,
  'gateway.networking.k8s.io/v1/HTTPRoute': httpRoute,
};
