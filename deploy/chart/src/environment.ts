import type { Container } from './pods';
import { secretsOf } from './render-cache';
import type { Manifest } from './render';

/**
 * The environment that Kubernetes would give a container: Secrets looked up, variables put into variables. Throws where a
 * Secret or a key is not in the rendering.
 */
export function environmentOf(container: Container, manifests: readonly Manifest[]): Record<string, string> {
  const secrets = secretsOf(manifests);
  const result: Record<string, string> = {};
  for (const { name, value, valueFrom } of container.env) {
    const reference = valueFrom?.secretKeyRef;
    const raw = reference === undefined ? value : secrets.get(reference.name)?.[reference.key];
    if (raw === undefined) throw new Error(`${container.name} has no value for ${name}.`);
    result[name] = raw.replaceAll(/\$\(([A-Z_]+)\)/g, (whole, key: string) => result[key] ?? whole);
  }
  return result;
}
