import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { problemsOf } from '../src/kinds';
import { copyObservability, staleCopies } from '../src/observability-files';
import { refusal, render, type Manifest } from '../src/render';
import { CHART } from '../src/tools';
import { README, readmeWithValues } from '../src/values-docs';

const UPDATE = process.env['UPDATE_CHART'] === '1';

it('describes every value in the README as values.yaml does', () => {
  const present = readFileSync(README, 'utf8');
  const wanted = readmeWithValues(present);
  if (UPDATE) writeFileSync(README, wanted);
  else expect(present).toBe(wanted);
});

it('carries the rules and dashboards of deploy/ as they are', () => {
  if (UPDATE) copyObservability();
  expect(staleCopies()).toEqual([]);
});

describe('dashboards', () => {
  const boards = (monitoring: object): Manifest[] =>
    render({ values: { monitoring } }).filter(({ metadata }) => metadata.name.includes('-dashboard-'));

  it('are ConfigMaps that the sidecar of Grafana finds, and only where they are wanted', async () => {
    expect(boards({ dashboards: false })).toEqual([]);
    const made = boards({ dashboards: true });
    expect(made).toHaveLength(5);
    for (const manifest of made) {
      expect(await problemsOf(manifest)).toEqual([]);
      expect(manifest.metadata.labels).toMatchObject({ grafana_dashboard: '1' });
    }
  });

  it('lead to the runbooks where it is said where those can be read', () => {
    const repositoryUrl = 'https://git.example.org/video/shotloom/-/blob/main';
    const text = JSON.stringify(boards({ dashboards: true, repositoryUrl }));
    expect(text).toContain(repositoryUrl);
    expect(text).not.toContain('repository.invalid');
    expect(refusal({ values: { monitoring: { repositoryUrl: 'https://x"y' } } })).toContain('repositoryUrl');
  });
});

describe('files of rules and dashboards', () => {
  const folder = mkdtempSync(join(tmpdir(), 'shotloom-chart-files-'));
  const chart = join(folder, 'shotloom');
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('become resources, and braces in them are left alone', async () => {
    cpSync(CHART, chart, { recursive: true });
    for (const name of ['prometheus', 'grafana']) mkdirSync(join(chart, 'files', name), { recursive: true });
    const rules = `groups:\n  - name: jobs\n    rules:\n      - alert: Stuck\n        expr: shotloom_attempts_stuck > 0\n        annotations:\n          summary: '{{ $value }} attempts'\n`;
    writeFileSync(join(chart, 'files/prometheus/jobs.rules.yaml'), rules);
    writeFileSync(join(chart, 'files/grafana/jobs.json'), '{"title":"{{job}}"}');
    const monitoring = { rules: true, dashboards: true };
    const manifests = render({ chart, values: { monitoring } });
    const made = manifests.filter(
      ({ metadata }) => metadata.name.includes('jobs') && !metadata.name.includes('job-'),
    );
    expect(made.map(({ kind, metadata }) => `${kind}/${metadata.name}`).sort()).toEqual([
      'ConfigMap/demo-dashboard-jobs',
      'PrometheusRule/demo-jobs-rules',
    ]);
    for (const manifest of made) expect(await problemsOf(manifest)).toEqual([]);
    expect(JSON.stringify(made)).toContain('{{ $value }} attempts');
    expect(JSON.stringify(made)).toContain('{{job}}');
  });
});
