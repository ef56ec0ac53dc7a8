import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { containersOf, podsOf, type Container, type Pod } from '../src/pods';
import { ENVIRONMENTS, type Manifest } from '../src/render';
import { rendering, secretsOf } from '../src/render-cache';
import { ROOT } from '../src/tools';

const environmentsText = (name: string): string =>
  readFileSync(join(ROOT, 'deploy/environments', `${name}.yaml`), 'utf8');

describe.each(ENVIRONMENTS)('every pod of %s', (name) => {
  const manifests = rendering({ environments: [name] });
  const pods = podsOf(manifests);
  const named = (kind: string): Set<string> =>
    new Set(manifests.filter((one) => one.kind === kind).map(({ metadata }) => metadata.name));
  const mentioned = environmentsText(name);

  it('is restricted as the Pod Security Standards say', () => {
    for (const pod of pods) {
      expect(pod.spec['securityContext']).toMatchObject({
        runAsNonRoot: true,
        seccompProfile: { type: 'RuntimeDefault' },
      });
      for (const one of containersOf(pod)) {
        expect(one['securityContext']).toEqual({
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ['ALL'] },
        });
      }
    }
    expect(pods.length).toBeGreaterThan(8);
  });

  it('has no token of the cluster, and an account of its own', () => {
    for (const { spec } of pods) expect(spec.automountServiceAccountToken).toBe(false);
    const accounts = manifests.filter(({ kind }) => kind === 'ServiceAccount');
    for (const account of accounts) expect(account['automountServiceAccountToken']).toBe(false);
    const known = named('ServiceAccount');
    for (const { spec } of pods) expect(known).toContain(spec.serviceAccountName);
  });

  it('says what it needs and what it may use at most', () => {
    for (const one of pods.flatMap(containersOf)) {
      const resources = one['resources'] as Record<string, Record<string, string> | undefined>;
      expect(Object.keys(resources['requests'] ?? {})).toEqual(expect.arrayContaining(['cpu', 'memory']));
      expect(Object.keys(resources['limits'] ?? {})).toContain('memory');
    }
  });

  it('runs an image whose version is fixed', () => {
    for (const { image } of pods.flatMap(containersOf)) {
      expect(image).toMatch(/(:[\w][\w.-]*|@sha256:[0-9a-f]{64})$/);
      expect(image).not.toMatch(/:latest$/);
    }
  });

  it('writes to volumes only, and never without a limit', () => {
    for (const { spec } of pods) {
      for (const volume of spec.volumes) {
        if (volume.emptyDir !== undefined) expect(volume.emptyDir.sizeLimit).toMatch(/^\d+[MG]i$/);
      }
      expect(spec.volumes.map((volume) => volume.name)).toContain('tmp');
    }
  });

  it('mounts what it has, and has what it mounts', () => {
    for (const pod of pods) {
      const mounted = new Set(
        containersOf(pod).flatMap(({ volumeMounts }) => volumeMounts.map(({ name }) => name)),
      );
      const volumes = pod.spec.volumes.map((volume) => volume.name);
      const claims = pod.owner.kind === 'StatefulSet' ? ['data'] : [];
      expect([...mounted].sort()).toEqual([...volumes, ...claims].sort());
    }
  });

  it('is probed, where it is to stay', () => {
    for (const pod of pods.filter(({ owner }) => ['Deployment', 'StatefulSet'].includes(owner.kind))) {
      for (const container of pod.spec.containers) {
        const ports = container.ports.map(({ name: port }) => port);
        for (const probe of ['startupProbe', 'livenessProbe', 'readinessProbe']) {
          const found = container[probe] as { httpGet?: { port: string }; tcpSocket?: { port: string } };
          expect(found).toBeDefined();
          const port = found.httpGet?.port ?? found.tcpSocket?.port;
          if (port !== undefined) expect(ports).toContain(port);
        }
      }
    }
  });

  it('has longer to end than its service takes', () => {
    for (const pod of pods.filter(({ owner }) => owner.kind === 'Deployment')) {
      for (const container of pod.spec.containers) {
        const seconds = Number(container.env.find(({ name: key }) => key === 'SHUTDOWN_SECONDS')?.value);
        const slept = JSON.stringify(container['lifecycle'] ?? '').includes('"seconds":5') ? 5 : 0;
        expect(pod.spec.terminationGracePeriodSeconds).toBeGreaterThan(seconds + slept);
      }
    }
  });

  it('finds no secret in plain text in its environment', () => {
    const values = [...secretsOf(manifests).values()].flatMap((data) => Object.values(data));
    for (const { env } of pods.flatMap(containersOf)) {
      for (const { name: key, value = '' } of env) {
        if (/(PASSWORD|SECRET|TOKEN|_KEY)$/.test(key)) expect(value).toBe('');
        expect(value).not.toMatch(/:\/\/[^/]*:(?!\$\()[^/@]*@/);
        for (const secret of values) expect(value).not.toContain(secret);
      }
    }
    const open = JSON.stringify(manifests.filter(({ kind }) => kind !== 'Secret'));
    for (const secret of values) expect(open).not.toContain(JSON.stringify(secret).slice(1, -1));
  });

  it('uses variables in variables only after they were set', () => {
    for (const { env } of pods.flatMap(containersOf)) {
      const before = new Set<string>();
      for (const { name: key, value = '' } of env) {
        for (const [, used] of value.matchAll(/\$\(([A-Z_]+)\)/g)) expect(before).toContain(used);
        before.add(key);
      }
      expect(before.size).toBe(env.length);
    }
  });

  it('names only Secrets, ConfigMaps and claims that are here or the operator’s', () => {
    const secrets = secretsOf(manifests);
    for (const pod of pods) {
      for (const { secret, key } of secretReferences(pod)) {
        const here = secrets.get(secret);
        if (here === undefined) expect(mentioned).toContain(secret);
        else if (key !== undefined) expect(Object.keys(here)).toContain(key);
      }
      for (const { configMap, persistentVolumeClaim: claim } of pod.spec.volumes) {
        if (configMap !== undefined) expect(named('ConfigMap')).toContain(configMap.name);
        if (claim === undefined || named('PersistentVolumeClaim').has(claim.claimName)) continue;
        expect(mentioned).toContain(claim.claimName);
      }
    }
  });

  it('is found by what points to it', () => {
    for (const service of manifests.filter(({ kind }) => kind === 'Service')) {
      const spec = service['spec'] as { selector: Record<string, string>; ports: { targetPort: string }[] };
      const [pod] = pods.filter(({ labels }) => matches(labels, spec.selector));
      const ports = pod?.spec.containers.flatMap((one: Container) => one.ports.map(({ name: port }) => port));
      for (const { targetPort } of spec.ports) expect(ports).toContain(targetPort);
    }
    for (const scaler of manifests.filter(({ kind }) => /ScaledObject|HorizontalPodAutoscaler/.test(kind))) {
      const target = (scaler['spec'] as { scaleTargetRef: { name: string } }).scaleTargetRef.name;
      const deployment = manifests.find(
        ({ kind, metadata }) => kind === 'Deployment' && metadata.name === target,
      );
      // Both would move the number of replicas.
      expect(deployment?.['spec']).not.toHaveProperty('replicas');
    }
    const doors = manifests.filter(({ kind }) => /^(Ingress|HTTPRoute)$/.test(kind));
    expect(backendsOf(doors)).toHaveLength(4 * doors.length);
    for (const backend of backendsOf(doors)) expect(named('Service')).toContain(backend);
  });

  it('may be evicted one by one, and one at least may be', () => {
    for (const budget of manifests.filter(({ kind }) => kind === 'PodDisruptionBudget')) {
      const spec = budget['spec'] as { minAvailable: number; selector: { matchLabels: object } };
      const [pod] = pods.filter(({ labels }) =>
        matches(labels, spec.selector.matchLabels as Record<string, string>),
      );
      expect(pod).toBeDefined();
      const replicas = (pod?.owner['spec'] as { replicas?: number } | undefined)?.replicas;
      if (replicas !== undefined) expect(spec.minAvailable).toBeLessThan(replicas);
    }
  });
});

function matches(labels: Readonly<Record<string, string>>, selector: Record<string, string>): boolean {
  return Object.entries(selector).every(([key, value]) => labels[key] === value);
}

function secretReferences(pod: Pod): { secret: string; key: string | undefined }[] {
  const inEnv = containersOf(pod).flatMap(({ env }) =>
    env.flatMap(({ valueFrom }) => (valueFrom?.secretKeyRef === undefined ? [] : [valueFrom.secretKeyRef])),
  );
  const inVolumes = pod.spec.volumes.flatMap(({ secret }) =>
    secret === undefined ? [] : [secret.secretName],
  );
  return [
    ...inEnv.map(({ name: secret, key }) => ({ secret, key })),
    ...inVolumes.map((secret) => ({ secret, key: undefined })),
  ];
}

function backendsOf(manifests: readonly Manifest[]): string[] {
  const routes = JSON.stringify(manifests);
  return [...routes.matchAll(/"(?:service":\{"name|backendRefs":\[\{"name)":"([^"]+)"/g)].map(
    ([, name]) => name ?? '',
  );
}
