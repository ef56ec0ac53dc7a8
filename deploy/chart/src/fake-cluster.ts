import { execFile } from 'node:child_process';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { promisify } from 'node:util';
import { loadAll } from 'js-yaml';
import { NAMESPACE, RELEASE, render, type Manifest } from './render';
import { CHART, helmPath } from './tools';

const run = promisify(execFile);

interface Resource {
  readonly kind: string;
  readonly name: string;
  readonly singularName: string;
  readonly namespaced: true;
  readonly verbs: readonly string[];
}

/** What the API says of itself: its version, and the kinds of this rendering. */
function discoveryOf(manifests: readonly Manifest[]): Readonly<Record<string, object>> {
  const byVersion = new Map<string, Map<string, Resource>>();
  for (const { apiVersion, kind } of manifests) {
    const resources = byVersion.get(apiVersion) ?? new Map<string, Resource>();
    const singularName = kind.toLowerCase();
    const name = `${singularName.replace(/y$/, 'ie').replace(/ss$/, 'sse')}s`;
    byVersion.set(
      apiVersion,
      resources.set(kind, { kind, name, singularName, namespaced: true, verbs: ['get', 'list'] }),
    );
  }
  const groups = [...byVersion.keys()].filter((version) => version.includes('/')).map(groupOf);
  const lists = [...byVersion].map(([groupVersion, resources]): [string, object] => [
    groupVersion.includes('/') ? `/apis/${groupVersion}` : `/api/${groupVersion}`,
    { kind: 'APIResourceList', groupVersion, resources: [...resources.values()] },
  ]);
  return {
    '/version': { major: '1', minor: '35', gitVersion: 'v1.35.0' },
    '/api': { kind: 'APIVersions', versions: ['v1'] },
    '/apis': { kind: 'APIGroupList', apiVersion: 'v1', groups },
    ...Object.fromEntries(lists),
  };
}

function groupOf(groupVersion: string): object {
  const [name = '', version = ''] = groupVersion.split('/');
  const known = { groupVersion, version };
  return { name, versions: [known], preferredVersion: known };
}

/** As much of a cluster's API as Helm's `lookup` asks: what there is, and the Secrets of one namespace. */
export class FakeCluster {
  private secrets = new Map<string, Manifest>();
  private readonly discovery = discoveryOf(render());

  private constructor(private readonly server: Server) {}

  static async start(): Promise<FakeCluster> {
    const server = createServer();
    const cluster = new FakeCluster(server);
    server.on('request', (request, response) => {
      const [status, body] = cluster.answer(new URL(request.url ?? '/', 'http://x').pathname);
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    return cluster;
  }

  /** From now on these are the Secrets that are there. */
  has(manifests: readonly Manifest[]): void {
    const secrets = manifests.filter(({ kind }) => kind === 'Secret');
    this.secrets = new Map(secrets.map((secret) => [secret.metadata.name, secret]));
  }

  /** Renders as `helm install` or, with `--is-upgrade`, `helm upgrade` would, asking this cluster. */
  async render(...flags: string[]): Promise<Manifest[]> {
    const { port } = this.server.address() as AddressInfo;
    const server = ['--kube-apiserver', `http://127.0.0.1:${port}`, '--disable-openapi-validation'];
    const asking = ['--dry-run=server', ...server];
    const args = ['template', RELEASE, CHART, '--namespace', NAMESPACE, ...asking, ...flags];
    const env = { PATH: process.env['PATH'], KUBECONFIG: '/dev/null', HOME: '/nonexistent' };
    const { stdout } = await run(helmPath(), args, { maxBuffer: 64e6, env });
    return loadAll(stdout).filter((document) => document !== null) as Manifest[];
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((done) => this.server.close(done));
  }

  private answer(path: string): [number, object] {
    const known = this.discovery[path];
    if (known !== undefined) return [200, known];
    const name = new RegExp(`^/api/v1/namespaces/${NAMESPACE}/secrets/([^/]+)$`).exec(path)?.[1] ?? '';
    const secret = this.secrets.get(name);
    if (secret !== undefined) return [200, secret];
    const status = { kind: 'Status', apiVersion: 'v1', status: 'Failure', reason: 'NotFound', code: 404 };
    return [404, { ...status, message: `secrets "${name}" not found`, details: { name, kind: 'secrets' } }];
  }
}
