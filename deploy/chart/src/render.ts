import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { dump, loadAll } from 'js-yaml';
import { CHART, helmPath, ROOT } from './tools';

/** One resource as it would be sent to the cluster. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly [key: string]: unknown;
}

export interface RenderOptions {
  /** Files of `deploy/environments`, without their ending. */
  readonly environments?: readonly string[];
  /** Laid over them. */
  readonly values?: object;
  /** Further flags of `helm template`. */
  readonly flags?: readonly string[];
  /** Another folder than the chart's own. */
  readonly chart?: string;
}

export const ENVIRONMENTS = ['minimal', 'production', 'gpu', 'air-gapped', 'everything'] as const;
export const RELEASE = 'demo';
export const NAMESPACE = 'video';

/** All resources, in the order of Helm. Throws what Helm says where it refuses the values. */
export function render(options: RenderOptions = {}): Manifest[] {
  const text = helmTemplate(options);
  return loadAll(text).filter((document) => document !== null) as Manifest[];
}

/** What Helm says to values that it must refuse. Throws where it takes them. */
export function refusal(options: RenderOptions): string {
  try {
    helmTemplate(options);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  throw new Error('Helm took values that it must refuse.');
}

function helmTemplate(options: RenderOptions): string {
  const chart = options.chart ?? CHART;
  const args = ['template', RELEASE, chart, '--namespace', NAMESPACE, ...(options.flags ?? [])];
  return withValues(options, (files) => helm([...args, ...files]));
}

/** `helm lint --strict`; throws what it finds. */
export function lint(options: RenderOptions = {}): string {
  return withValues(options, (files) => helm(['lint', '--strict', CHART, ...files]));
}

/** Runs Helm and gives its stdout; throws its stderr. */
export function helm(args: readonly string[]): string {
  const done = spawnSync(helmPath(), args, { encoding: 'utf8', maxBuffer: 64e6 });
  if (done.error) throw done.error;
  if (done.status !== 0) throw new Error(`${done.stderr}${done.stdout.slice(-2_000)}`);
  return done.stdout;
}

function withValues<T>({ environments = [], values }: RenderOptions, work: (files: string[]) => T): T {
  const files = environments.flatMap((name) => ['-f', join(ROOT, 'deploy/environments', `${name}.yaml`)]);
  if (values === undefined) return work(files);
  const folder = mkdtempSync(join(tmpdir(), 'shotloom-chart-'));
  try {
    const file = join(folder, 'values.yaml');
    writeFileSync(file, dump(values));
    return work([...files, '-f', file]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
