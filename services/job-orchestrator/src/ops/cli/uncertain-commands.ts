import type { UncertainAttempt, UncertainResolution } from '@shotloom/contracts';
import { decideUncertain, listUncertain } from '../uncertain';
import { EXIT, readNumber, readText, requireId, UsageError, type Command, type Invocation } from './command';
import { age } from './text';

const list: Command = {
  name: 'uncertain list',
  usage: '[--provider kling] [--limit 50] [--after <attemptId>]',
  summary: 'attempts whose submit got no answer, oldest first; their credits stay held',
  options: { provider: { type: 'string' }, limit: { type: 'string' }, after: { type: 'string' } },
  positionals: [0, 0],
  async run({ connect, values }) {
    const after = readText(values['after']);
    const query = {
      provider: readText(values['provider']),
      after: after === undefined ? undefined : requireId(after, '--after'),
      limit: readNumber(values['limit'], { name: '--limit', otherwise: 50, most: 200 }),
    };
    const page = await listUncertain((await connect()).database, query);
    const more = page.more ? [`There are more: --after ${page.attempts.at(-1)?.attemptId}`] : [];
    const text =
      page.attempts.length === 0 ? ['No attempt is uncertain.'] : [...page.attempts.map(line), ...more];
    return { json: page, text, exitCode: EXIT.ok };
  },
};

const resolve: Command = {
  name: 'uncertain resolve',
  usage: '<attemptId> --not-bought | --vendor-task <id> | --give-up',
  summary: 'says what a person found at the vendor',
  options: {
    'not-bought': { type: 'boolean' },
    'vendor-task': { type: 'string' },
    'give-up': { type: 'boolean' },
  },
  positionals: [1, 1],
  async run({ connect, positionals, values }) {
    const attemptId = requireId(positionals[0], 'The attempt');
    const resolution = readResolution(values);
    const { jobId } = await decideUncertain((await connect()).database, attemptId, resolution);
    const text = [`${consequence(resolution)} The log of job ${jobId} says so.`];
    return { json: { attemptId, jobId, resolution }, text, exitCode: EXIT.ok };
  },
};

function readResolution(values: Invocation['values']): UncertainResolution {
  const vendorTaskId = readText(values['vendor-task']);
  const given: UncertainResolution[] = [];
  if (values['not-bought'] === true) given.push({ kind: 'not_bought' });
  if (vendorTaskId !== undefined) given.push({ kind: 'found', vendorTaskId });
  if (values['give-up'] === true) given.push({ kind: 'give_up' });
  const [resolution] = given;
  if (given.length === 1 && resolution && vendorTaskId !== '') return resolution;
  throw new UsageError('Give exactly one of --not-bought, --vendor-task <id> and --give-up.');
}

function consequence({ kind }: UncertainResolution): string {
  if (kind === 'not_bought') return 'It is sent to the vendor again.';
  return kind === 'found'
    ? 'The vendor is asked for it until it is done.'
    : 'It failed, and its credits were released.';
}

function line(attempt: UncertainAttempt): string {
  const {
    attemptId,
    jobId,
    provider,
    externalTaskId,
    credential,
    ageSeconds,
    lookedUp,
    misses,
    creditsHeld,
  } = attempt;
  const search = lookedUp ? `looked up, ${misses} misses` : 'nobody can look it up';
  return `${attemptId} ${provider} for ${age(ageSeconds)}: our id ${externalTaskId}, key ${credential}, ${search}, ${creditsHeld} credits held (job ${jobId})`;
}

export const uncertainCommands: readonly Command[] = [list, resolve];
