import { busyShare } from './measure/busy-cores';
import { helpText, parseOptions, type BenchOptions } from './options';
import { describeMachine, revision } from './report/machine';
import { toMarkdown } from './report/markdown';
import { saveJson, writeDocs } from './report/save';
import type { BenchReport, ScenarioResult } from './results';
import type { Scenario } from './scenario';
import { SCENARIOS } from './scenarios';

/** How long it is watched what others do with the machine. */
const BUSY_SECONDS = 2;

async function main(): Promise<void> {
  const options = parseOptions(
    process.argv.slice(2),
    SCENARIOS.map(({ name }) => name),
  );
  if (options.help) {
    console.log(helpText(SCENARIOS));
    return;
  }
  const report = await runAll(options);
  console.log(`\n${toMarkdown(report)}\n`);
  console.log(`Kept in ${await saveJson(report)}.`);
  if (options.writeDocs) console.log(`Written into ${await writeDocs(report)}.`);
}

async function runAll(options: BenchOptions): Promise<BenchReport> {
  const startedAt = new Date().toISOString();
  const chosen = SCENARIOS.filter(({ name }) => options.only?.includes(name) ?? true);
  // Read before anything runs: what was built is what is measured, whatever is committed meanwhile.
  const about = { startedAt, revision: revision(), quick: options.quick, machine: describeMachine() };
  const scenarios: ScenarioResult[] = [];
  for (const scenario of chosen) scenarios.push(await runOne(scenario, options.quick));
  return { ...about, scenarios };
}

async function runOne(scenario: Scenario, quick: boolean): Promise<ScenarioResult> {
  const { name, title } = scenario;
  const began = performance.now();
  const since = (): number => Math.round((performance.now() - began) / 1000);
  console.log(`\n== ${title}`);
  const say = (text: string): void => console.log(`${String(since()).padStart(4)} s  ${text}`);
  const busyBefore = await busyShare(BUSY_SECONDS);
  const result = await scenario.run({ quick, say });
  return { name, title, ...result, seconds: since(), busyBefore };
}

main().catch((error: unknown) => {
  console.error(`\nThe benchmark failed: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
});
