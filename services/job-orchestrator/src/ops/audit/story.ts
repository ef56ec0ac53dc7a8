import type { AuditedAttempt, AuditedEvents } from '@shotloom/contracts';
import type { JobFacts } from './job-facts';

interface Line {
  readonly at: string | null;
  readonly text: string;
}

/** What happened, in order and in plain words, each with the time at which it happened. */
export function tellStory(facts: JobFacts, events: AuditedEvents): string[] {
  const lines = [
    ...jobLines(facts),
    ...facts.attempts.flatMap(attemptLines),
    ...moneyLines(facts),
    ...facts.log.map(({ at, level, text }) => ({ at, text: `Log, ${level}: ${text}` })),
    ...events.seen.map(({ at, version, status }) => ({
      at,
      text: `Clients were told version ${version}: ${status}.`,
    })),
  ];
  return lines
    .flatMap(({ at, text }) => (at === null ? [] : [{ at, text }]))
    .toSorted((one, other) => (one.at < other.at ? -1 : one.at > other.at ? 1 : 0))
    .map(({ at, text }) => `${at} ${text}`);
}

function jobLines({ job }: JobFacts): Line[] {
  const why = job.error ? ` ${job.error.code}: ${job.error.message}` : '';
  return [
    { at: job.createdAt, text: `Accepted for ${job.priceCredits} credits with ${job.model}.` },
    { at: job.startedAt, text: 'The first attempt was begun.' },
    { at: job.cancelRequestedAt, text: 'The user asked to cancel.' },
    { at: job.finishedAt, text: `The job ended: ${job.status}.${why}` },
    { at: job.deletedAt, text: 'The user deleted it.' },
  ];
}

function attemptLines(attempt: AuditedAttempt): Line[] {
  const name = `Attempt ${attempt.number}`;
  const { workerId, credential, vendorTaskId, error } = attempt;
  const key = credential === null ? '' : ` with the key ${credential}`;
  const why = error ? ` ${error.code}: ${error.message}` : '';
  return [
    { at: attempt.createdAt, text: `${name} was offered to ${attempt.provider} (${attempt.model})${key}.` },
    {
      at: attempt.startedAt,
      text: `${name} was begun first; its fence is now ${attempt.fence}, the worker ${workerId}.`,
    },
    { at: attempt.submittedAt, text: `${name} is at the vendor as ${vendorTaskId}.` },
    { at: attempt.finishedAt, text: `${name} ended: ${attempt.status}.${why}` },
  ];
}

function moneyLines({ hold }: JobFacts): Line[] {
  const verbs: Readonly<Record<string, string>> = {
    hold: 'set aside',
    capture: 'taken',
    release: 'given back',
    split: 'moved to a hold of their own',
  };
  return (hold?.movements ?? []).map(({ kind, amount, at }) => ({
    at,
    text: `${amount} credits were ${verbs[kind] ?? kind}.`,
  }));
}
