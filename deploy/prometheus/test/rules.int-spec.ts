import { execFile } from 'node:child_process';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { load } from 'js-yaml';
import { readRules, RULE_FILES } from '../src/rule-files';

const run = promisify(execFile);
const ROOT = join(__dirname, '../../..');
const HERE = join(ROOT, 'deploy/prometheus');
const TESTS = globSync('tests/*.test.yaml', { cwd: HERE }).map((name) => join(HERE, name));

interface TestFile {
  readonly tests: readonly {
    readonly alert_rule_test: readonly {
      readonly alertname: string;
      readonly exp_alerts: readonly unknown[];
    }[];
  }[];
}

const read = <T>(path: string): T => load(readFileSync(path, 'utf8')) as T;
const alerts = readRules().filter((rule) => rule.alert !== undefined);

it('has rules that promtool accepts', async () => {
  await expect(run('promtool', ['check', 'rules', ...RULE_FILES])).resolves.toBeDefined();
});

it('has alerts that fire and keep silent as their tests say', async () => {
  await expect(run('promtool', ['test', 'rules', ...TESTS])).resolves.toBeDefined();
}, 120_000);

it('has for each alert a test in which it fires and one in which it is silent', () => {
  const cases = TESTS.flatMap((path) => read<TestFile>(path).tests.flatMap((test) => test.alert_rule_test));
  const tested = (fires: boolean): Set<string> =>
    new Set(cases.filter((one) => one.exp_alerts.length > 0 === fires).map((one) => one.alertname));
  const [firing, silent] = [tested(true), tested(false)];
  expect(alerts.length).toBeGreaterThan(0);
  expect(
    alerts.map(({ alert = '' }) => alert).filter((name) => !firing.has(name) || !silent.has(name)),
  ).toEqual([]);
});

it('says with each alert how bad it is, what to do, and where the runbook is', () => {
  const poor = alerts.filter(({ labels, annotations }) => {
    const book = annotations['runbook_url'];
    const told = annotations['summary'] && annotations['description'] && book && existsSync(join(ROOT, book));
    return !told || !['page', 'ticket'].includes(labels['severity'] ?? '');
  });
  expect(poor.map(({ alert }) => alert)).toEqual([]);
});
