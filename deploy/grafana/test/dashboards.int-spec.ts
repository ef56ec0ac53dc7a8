import { existsSync, globSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DASHBOARDS } from '../src';
import { toGrafana } from '../src/to-grafana';

const HERE = join(__dirname, '..');
const ROOT = join(HERE, '../..');
const UPDATE = process.env['UPDATE_DASHBOARDS'] === '1';
const panels = DASHBOARDS.flatMap(({ uid, rows }) =>
  rows.flatMap((row) => row.panels.map((panel) => ({ ...panel, name: `${uid}: ${panel.title}` }))),
);
const wanted = new Map(
  DASHBOARDS.map((source) => [`${source.uid}.json`, `${JSON.stringify(toGrafana(source), null, 2)}\n`]),
);

it('are in deploy/grafana as their source says; `npm run dashboards` writes them', () => {
  const present = globSync('*.json', { cwd: HERE }).filter((name) => name !== 'project.json');
  if (UPDATE) {
    for (const name of present) if (!wanted.has(name)) rmSync(join(HERE, name));
    for (const [name, text] of wanted) writeFileSync(join(HERE, name), text);
    return;
  }
  expect(present.toSorted()).toEqual([...wanted.keys()].toSorted());
  for (const [name, text] of wanted) {
    expect(JSON.parse(readFileSync(join(HERE, name), 'utf8'))).toEqual(JSON.parse(text));
  }
});

it('have addresses of their own, and panels with names of their own', () => {
  expect(new Set(DASHBOARDS.map(({ uid }) => uid)).size).toBe(DASHBOARDS.length);
  expect(new Set(panels.map(({ name }) => name)).size).toBe(panels.length);
});

it('say with each panel what it shows, and where a runbook is named it is there', () => {
  const poor = panels.filter(
    ({ description, runbook }) =>
      description.length < 20 ||
      (runbook !== undefined && !existsSync(join(ROOT, 'docs/runbooks', `${runbook}.md`))),
  );
  expect(poor.map(({ name }) => name)).toEqual([]);
});

it('lie beside each other and not on each other', () => {
  for (const source of DASHBOARDS) {
    const { panels: placed } = toGrafana(source);
    const cells = placed.flatMap(({ gridPos: { x, y, w, h } }) => {
      expect(x + w).toBeLessThanOrEqual(24);
      return Array.from({ length: w * h }, (_none, cell) => `${x + (cell % w)} ${y + Math.floor(cell / w)}`);
    });
    expect(new Set(cells).size).toBe(cells.length);
  }
});

it('are all brought along by Compose', () => {
  const compose = readFileSync(join(ROOT, 'deploy/compose/compose.yaml'), 'utf8');
  const mounted = [...wanted.keys()].filter((name) =>
    compose.includes(`../grafana/${name}:/etc/shotloom-dashboards/${name}:ro`),
  );
  expect(mounted).toEqual([...wanted.keys()]);
});

it('narrow every metric to the namespace that is chosen', () => {
  const open = panels.flatMap(({ name, queries }) =>
    queries.flatMap(({ expr }) =>
      [...expr.matchAll(/shotloom_[a-z_]+(\{[^}]*\})?/g)].flatMap(([, selector = '']) =>
        selector.includes('namespace=~"$namespace"') ? [] : [name],
      ),
    ),
  );
  expect(open).toEqual([]);
});
