import type { ProviderFacts } from '../provider-facts';
import { pause, resume, showProvider } from '../provider-switch';
import { count } from '../checks';
import { EXIT, readText, UsageError, type Command, type Outcome } from './command';
import { age, section } from './text';

const show: Command = {
  name: 'provider show',
  usage: '<provider>',
  summary: 'what waits for it, what is under way, and what is in the way',
  options: {},
  positionals: [1, 1],
  run: async ({ connect, positionals }) =>
    toOutcome(await showProvider((await connect()).database, positionals[0] ?? '')),
};

const pauseIt: Command = {
  name: 'provider pause',
  usage: '<provider> --reason "<why>"',
  summary: 'starts no more of its jobs; what is under way goes on',
  options: { reason: { type: 'string' } },
  positionals: [1, 1],
  async run({ connect, positionals, values }) {
    const reason = readText(values['reason'])?.trim() ?? '';
    if (reason === '' || reason.length > 300) throw new UsageError('Give a --reason of 1 to 300 characters.');
    return toOutcome(await pause((await connect()).database, positionals[0] ?? '', reason));
  },
};

const resumeIt: Command = {
  name: 'provider resume',
  usage: '<provider>',
  summary: 'starts its jobs again',
  options: {},
  positionals: [1, 1],
  run: async ({ connect, positionals }) =>
    toOutcome(await resume((await connect()).database, positionals[0] ?? '')),
};

function toOutcome(facts: ProviderFacts): Outcome {
  const {
    provider,
    pausedAt,
    pausedReason,
    waiting,
    oldestWaitingSeconds,
    active,
    breakers,
    createsPerMinute,
  } = facts;
  const state =
    pausedAt === null ? 'is not paused' : `is paused since ${pausedAt.toISOString()}: ${pausedReason}`;
  const text = [
    `${provider} ${state}.`,
    waiting === 0
      ? 'No job waits.'
      : `${count(waiting, 'job')} waiting, the oldest for ${age(oldestWaitingSeconds)}.`,
    ...(facts.schedulerSays === null || pausedAt !== null
      ? []
      : [`The scheduler says: ${facts.schedulerSays}.`]),
    ...(createsPerMinute === null
      ? []
      : [`Under one key at most ${count(createsPerMinute, 'video')} a minute are ordered.`]),
    ...section(
      'Under way',
      Object.entries(active).map(([status, attempts]) => `${status}: ${attempts}`),
    ),
    ...section(
      'Keys that are not used now',
      breakers.map(
        ({ credentialId, state: breaker, reason, retryAt }) =>
          `${credentialId}: ${breaker} after ${reason}, tried at ${retryAt}`,
      ),
    ),
  ];
  return { json: facts, text, exitCode: EXIT.ok };
}

export const providerCommands: readonly Command[] = [show, pauseIt, resumeIt];
