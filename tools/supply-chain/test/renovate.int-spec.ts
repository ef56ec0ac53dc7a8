import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { z } from 'zod';

const ROOT = resolve(__dirname, '../../..');
const read = (file: string): string => readFileSync(resolve(ROOT, file), 'utf8');
const ruleSchema = z.looseObject({
  matchPackageNames: z.array(z.string()).default([]),
  matchDepTypes: z.array(z.string()).default([]),
  matchManagers: z.array(z.string()).default([]),
  matchUpdateTypes: z.array(z.string()).default([]),
  automerge: z.boolean().default(false),
  enabled: z.boolean().default(true),
});
const { packageRules, customManagers } = z
  .looseObject({
    packageRules: z.array(ruleSchema),
    customManagers: z.array(
      z.looseObject({ managerFilePatterns: z.array(z.string()), matchStrings: z.array(z.string()) }),
    ),
  })
  .parse(JSON.parse(read('renovate.json')));

/** Everything that Renovate could speak of here, roughly: names of npm packages and of images. */
const lock = z
  .looseObject({ packages: z.record(z.string(), z.looseObject({})) })
  .parse(JSON.parse(read('package-lock.json')));
const NAMES = [
  ...Object.keys(lock.packages).map((path) => path.split('node_modules/').at(-1) ?? ''),
  ...[...read('charts/shotloom/values.yaml').matchAll(/image: ([\w./-]+):/g)].map(([, name]) => name ?? ''),
  ...['node', 'shotloom/gateway', 'shotloom-base/node'],
];

const isMatch = (pattern: string, name: string): boolean =>
  pattern.endsWith('/**') ? name.startsWith(pattern.slice(0, -2)) : name === pattern;

/** The files that the patterns of the two managers stand for. */
const FILES = ['.github/workflows/ci.yml', 'charts/shotloom/Chart.yaml'];

it.each(packageRules.flatMap(({ matchPackageNames }) => matchPackageNames))(
  'has a rule for %s, which is there',
  (pattern) => {
    const bare = pattern.replace(/^!/, '');
    expect(NAMES.filter((name) => isMatch(bare, name))).not.toEqual([]);
  },
);

it.each(customManagers)(
  'finds something in its files: $description',
  ({ managerFilePatterns, matchStrings }) => {
    const patterns = managerFilePatterns.map((text) => new RegExp(text.slice(1, -1)));
    const texts = FILES.filter((file) => patterns.some((pattern) => pattern.test(file))).map(read);
    expect(texts).toHaveLength(1);
    for (const pattern of matchStrings) {
      const found = texts.flatMap((text) => [...text.matchAll(new RegExp(pattern, 'g'))]);
      expect(found.map(({ groups }) => groups?.['currentValue'])).not.toEqual([]);
      expect(found.map(({ groups }) => groups?.['depName'])).not.toContain('shotloom/gateway');
    }
  },
);

it('merges by itself nothing that ships, and no major', () => {
  const rules = packageRules.filter(({ automerge }) => automerge);
  expect(rules).not.toEqual([]);
  for (const { matchUpdateTypes, matchDepTypes, matchManagers } of rules) {
    expect(matchUpdateTypes).not.toEqual([]);
    expect(matchUpdateTypes).not.toContain('major');
    expect([...matchDepTypes, ...matchManagers].sort()).toEqual(
      matchManagers.length > 0 ? ['github-actions'] : ['devDependencies'],
    );
  }
});
