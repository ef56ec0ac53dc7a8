import { playable, type PlayWorld } from '../src/kube-play';
import { podOf, podsOf } from '../src/pods';
import { rendering } from '../src/render-cache';

const manifests = rendering({ environments: ['minimal'], values: { publicUrl: 'http://127.0.0.1:8080' } });
const world: PlayWorld = {
  manifests,
  folder: '/there',
  addresses: { nats: '10.0.0.9', gateway: '10.0.0.10' },
};
const text = (component: string): string =>
  JSON.stringify(playable(podOf(manifests, component), world).manifest);

it.each([...new Set(podsOf(manifests).map(({ component }) => component))])(
  'leaves nothing of %s for a cluster to fill in',
  (component) => {
    const manifest = text(component);
    expect(manifest).not.toMatch(/valueFrom|secretKeyRef|configMapKeyRef|persistentVolumeClaim|emptyDir/);
    expect(manifest).not.toMatch(/\$\([A-Z_]+\)/);
    expect(manifest).toContain('"readOnlyRootFilesystem":true');
    expect(manifest).toContain('"allowPrivilegeEscalation":false');
    expect(manifest).toContain('"runAsNonRoot":true');
  },
);

it('keeps images, arguments and the order of containers', () => {
  const { spec } = podOf(manifests, 'setup');
  const played = playable(podOf(manifests, 'setup'), world).manifest;
  expect(played).toMatchObject({
    spec: {
      initContainers: spec.initContainers.map(({ name, image, args }) => ({ name, image, args })),
      containers: spec.containers.map(({ name, image, args }) => ({ name, image, args })),
    },
  });
});

it('knows services by their names, and gives Secrets and ConfigMaps as files', () => {
  expect(text('storage')).toContain('{"ip":"10.0.0.9","hostnames":["demo-nats"]}');
  const { folders } = playable(podOf(manifests, 'nats'), world);
  expect(folders.find(({ path }) => path === '/there/nats/config')?.files?.['nats.conf']).toContain(
    'authorization',
  );
  const roles = playable(podOf(manifests, 'setup'), world).folders.find(
    ({ path }) => path === '/there/setup/roles',
  );
  expect(Object.keys(roles?.files ?? {})).toContain('shotloom_gateway');
});

it('shares the claim of media between those that mount it', () => {
  const claimsOf = (component: string): string[] =>
    playable(podOf(manifests, component), world)
      .folders.map(({ path }) => path)
      .filter((path) => path.includes('/claims/'));
  expect(claimsOf('storage')).toEqual(['/there/claims/demo-objects']);
  expect(claimsOf('gateway')).toEqual(claimsOf('storage'));
});
