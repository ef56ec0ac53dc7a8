import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CHART, ROOT } from './tools';

/** Helm reads nothing outside of a chart, so rules and dashboards are copied into it. */
const COPIED = [
  { from: 'deploy/prometheus', to: 'files/prometheus', wanted: /\.rules\.yaml$/ },
  { from: 'deploy/grafana', to: 'files/grafana', wanted: /^shotloom-.*\.json$/ },
];

/** What the chart has that differs from what it is to have, by path; empty when all is well. */
export function staleCopies(): string[] {
  return COPIED.flatMap(({ from, to, wanted }) => {
    const sources = filesIn(join(ROOT, from), wanted);
    const copies = filesIn(join(CHART, to), /./);
    const names = new Set([...sources.keys(), ...copies.keys()]);
    return [...names].filter((name) => sources.get(name) !== copies.get(name)).map((name) => `${to}/${name}`);
  });
}

export function copyObservability(): void {
  for (const { from, to, wanted } of COPIED) {
    const target = join(CHART, to);
    rmSync(target, { recursive: true, force: true });
    const sources = filesIn(join(ROOT, from), wanted);
    if (sources.size > 0) mkdirSync(target, { recursive: true });
    for (const [name, text] of sources) writeFileSync(join(target, name), text);
  }
}

function filesIn(folder: string, wanted: RegExp): Map<string, string> {
  const names = existsSync(folder) ? readdirSync(folder).filter((name) => wanted.test(name)) : [];
  return new Map(names.map((name) => [name, readFileSync(join(folder, name), 'utf8')]));
}
