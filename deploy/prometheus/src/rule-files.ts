import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { load } from 'js-yaml';
import { z } from 'zod';

const HERE = join(__dirname, '..');

const ruleSchema = z.object({
  record: z.string().optional(),
  alert: z.string().optional(),
  expr: z.string(),
  labels: z.record(z.string(), z.string()).default({}),
  annotations: z.record(z.string(), z.string()).default({}),
});
const ruleFileSchema = z.object({ groups: z.array(z.object({ rules: z.array(ruleSchema) })) });
export type Rule = z.infer<typeof ruleSchema>;

export const RULE_FILES: readonly string[] = globSync('*.rules.yaml', { cwd: HERE })
  .toSorted()
  .map((name) => join(HERE, name));

export function readRules(): readonly Rule[] {
  return RULE_FILES.flatMap((path) =>
    ruleFileSchema.parse(load(readFileSync(path, 'utf8'))).groups.flatMap(({ rules }) => rules),
  );
}
