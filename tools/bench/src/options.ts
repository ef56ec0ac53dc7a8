export interface BenchOptions {
  readonly only: readonly string[] | undefined;
  readonly quick: boolean;
  readonly writeDocs: boolean;
  readonly help: boolean;
}

/** Throws with a sentence where an argument is not known. */
export function parseOptions(args: readonly string[], scenarios: readonly string[]): BenchOptions {
  let only: readonly string[] | undefined;
  let [quick, writeDocs, help] = [false, false, false];
  for (let index = 0; index < args.length; index += 1) {
    const arg = args[index];
    if (arg === '--only') only = readNames(args[++index], scenarios);
    else if (arg === '--quick') quick = true;
    else if (arg === '--write-docs') writeDocs = true;
    else if (arg === '--help') help = true;
    else throw new Error(`Unknown argument ${arg}; try --help.`);
  }
  if (quick && writeDocs) throw new Error('--write-docs needs a full run: leave out --quick.');
  return { only, quick, writeDocs, help };
}

function readNames(text: string | undefined, scenarios: readonly string[]): string[] {
  const names = (text ?? '').split(',').filter((name) => name !== '');
  const unknown = names.filter((name) => !scenarios.includes(name));
  if (names.length > 0 && unknown.length === 0) return names;
  throw new Error(`--only wants one or more of ${scenarios.join(', ')}, with commas between them.`);
}

export function helpText(scenarios: readonly { readonly name: string; readonly title: string }[]): string {
  const list = scenarios.map(({ name, title }) => `  ${name.padEnd(10)} ${title}`).join('\n');
  return `npm run bench -- [--only a,b] [--quick] [--write-docs]

Starts the platform with data of its own, measures, and ends. Every figure is a ratio of two things measured in one run.

${list}

  --only        these scenarios
  --quick       fewer and shorter rounds, to see that it works
  --write-docs  writes the figures into docs/benchmarks.md`;
}
