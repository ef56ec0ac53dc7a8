/**
 * `node check-workflows.mjs [root]`: reads .github/workflows with GitHub's own parser (schema, expressions, order of jobs, inputs of
 * the workflows that call each other), and holds them to our rules: actions of others by commit, least rights, an end to every job.
 * Prints what is wrong, a line each, and ends with 1.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { load } from 'js-yaml';

// The parser imports its schema as JSON and does not say so, which Node requires.
registerHooks({
  load: (url, context, next) =>
    next(url, url.endsWith('.json') ? { ...context, importAttributes: { type: 'json' } } : context),
});
const { convertWorkflowTemplate, NoOperationTraceWriter, parseWorkflow } =
  await import('@actions/workflow-parser');

/** A commit, and for people and Renovate the version that it is. */
const PINNED = /^\s*(?:- )?uses: [\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/;
const LOCAL = /^\s*(?:- )?uses: \.\//;
const MAX_CALLS = 4;

async function problemsOf(root, name) {
  const content = readFileSync(join(root, name), 'utf8');
  return [...(await parsed(root, name, content)), ...ours(load(content) ?? {}, content)].map(
    (problem) => `${name}: ${problem}`,
  );
}

async function parsed(root, name, content) {
  const { context, value } = parseWorkflow({ name, content }, new NoOperationTraceWriter());
  if (value === undefined) return messages(context);
  const provider = { getFileContent: async (reference) => localWorkflow(root, reference) };
  const options = { errorPolicy: 1, fetchReusableWorkflowDepth: 1, maxReusableWorkflowDepth: MAX_CALLS };
  await convertWorkflowTemplate(context, value, provider, options);
  return messages(context);
}

const messages = (context) => context.errors.getErrors().map(({ message }) => message);

function localWorkflow(root, { path }) {
  if (path === undefined || !existsSync(join(root, path))) throw new Error(`There is no workflow ${path}.`);
  return { name: path, content: readFileSync(join(root, path), 'utf8') };
}

function ours({ permissions, jobs = {} }, content) {
  const problems = content
    .split('\n')
    .filter((line) => /^\s*(?:- )?uses:/.test(line) && !PINNED.test(line) && !LOCAL.test(line))
    .map((line) => `${line.trim()} names no commit, or not the version that it is.`);
  if (JSON.stringify(permissions) !== '{"contents":"read"}')
    problems.push('rights above those of a job are not `contents: read` alone.');
  for (const [id, job] of Object.entries(jobs)) {
    if (job.uses === undefined && job['timeout-minutes'] === undefined)
      problems.push(`the job ${id} has no timeout-minutes.`);
    problems.push(...stepsOf(job).map((problem) => `the job ${id} ${problem}`));
  }
  return problems;
}

function stepsOf({ steps = [] }) {
  return steps.flatMap((step) => [
    ...(step.uses?.startsWith('actions/checkout@') && step.with?.['persist-credentials'] !== false
      ? ['leaves its token in the checkout (persist-credentials).']
      : []),
    // What somebody outside may name (a branch, a title) would become a command.
    ...(/\$\{\{[^}]*\b(?:github\.(?:event|head_ref|ref_name)|inputs)\b/.test(step.run ?? '')
      ? ['puts words of others into a command; pass them by env.']
      : []),
  ]);
}

const root = process.argv[2] ?? fileURLToPath(new URL('../..', import.meta.url));
const names = readdirSync(join(root, '.github/workflows')).map((file) => `.github/workflows/${file}`);
const problems = (await Promise.all(names.map((name) => problemsOf(root, name)))).flat();
for (const problem of problems) console.error(problem);
console.log(`${names.length} workflows, ${problems.length} problems.`);
if (problems.length > 0) process.exitCode = 1;
