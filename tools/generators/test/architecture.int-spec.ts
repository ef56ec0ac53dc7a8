import { execFile } from 'node:child_process';
import { realpathSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

jest.setTimeout(120_000);

const run = promisify(execFile);
const ROOT = resolve(__dirname, '../../..');

interface Graph {
  nodes: Record<string, { data: { tags?: string[] } }>;
  dependencies: Record<string, { target: string }[]>;
}

let folder: string;
let graph: Graph;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shotloom-graph-'));
  const file = join(folder, 'graph.json');
  const env = { ...process.env, NODE_OPTIONS: '', NX_DAEMON: 'false', NX_NO_CLOUD: 'true' };
  await run(process.execPath, [realpathSync(join(ROOT, 'node_modules/.bin/nx')), 'graph', `--file=${file}`], {
    cwd: ROOT,
    env,
  });
  graph = (JSON.parse(await readFile(file, 'utf8')) as { graph: Graph }).graph;
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const projects = (): string[] => Object.keys(graph.nodes);
/** Ours; Nx adds `npm:private` by itself. */
const tagsOf = (name: string): string[] =>
  (graph.nodes[name]?.data.tags ?? []).filter((tag) => !tag.startsWith('npm:'));
const typeOf = (name: string): string | undefined => tagsOf(name).find((tag) => tag.startsWith('type:'));
const needs = (name: string): string[] =>
  (graph.dependencies[name] ?? []).map((edge) => edge.target).filter((target) => target in graph.nodes);

it('gives every project exactly one type and one scope', () => {
  for (const name of projects()) {
    expect({
      name,
      tags: tagsOf(name)
        .map((tag) => tag.split(':')[0])
        .toSorted(),
    }).toEqual({ name, tags: ['scope', 'type'] });
  }
});

it('has no service that needs another, and no library that needs a service', () => {
  const apps = new Set(projects().filter((name) => typeOf(name) === 'type:app'));
  expect(apps.size).toBeGreaterThanOrEqual(5);
  // Lint holds tools to the same; only a spec of the chart reads what services demand of their environment, to compare.
  const checked = projects().filter((name) => typeOf(name) !== 'type:tool');
  const forbidden = checked.flatMap((name) =>
    needs(name)
      .filter((target) => apps.has(target))
      .map((target) => `${name} -> ${target}`),
  );
  expect(forbidden).toEqual([]);
});

it('has no cycle, tests aside', () => {
  // Specs use the test kit, which uses what it tests; what runs in production must not.
  const edges = (name: string): string[] => needs(name).filter((target) => typeOf(target) !== 'type:testing');
  const done = new Set<string>();
  const visit = (name: string, path: readonly string[]): void => {
    expect(path).not.toContain(name);
    if (done.has(name)) return;
    for (const target of edges(name)) visit(target, [...path, name]);
    done.add(name);
  };
  for (const name of projects()) visit(name, []);
});
