import { jobStateMachine, type AuditedEvent, type Check } from '@shotloom/contracts';
import { count, failed, passed, undecided } from '../checks';
import type { AuditedEvents } from '@shotloom/contracts';
import type { JobFacts } from './job-facts';

const FORGED =
  'Nobody but job-orchestrator may publish on jobs.>: check who did (the envelope says the producer), and the code.';
const LOST = 'Clients read the row, so they are right after a reconnect; look why the stream lacks it.';

/** The stream as clients saw it: every version once and in order, and one end. */
export function checkEvents(facts: JobFacts, events: AuditedEvents): Check[] {
  const once = withoutRepeats(events.seen);
  return [inOrder(once, events), nothingMissing(facts, once, events), oneEnd(facts, once, events)];
}

/** The outbox may publish a row twice; it is the same event, and consumers drop it. */
function withoutRepeats(seen: readonly AuditedEvent[]): AuditedEvent[] {
  const ids = new Set<string>();
  return seen.filter(({ id }) => !ids.has(id) && ids.add(id));
}

function inOrder(once: readonly AuditedEvent[], { seen }: AuditedEvents): Check {
  const wrong = once.find((event, index) => index > 0 && event.version <= (once[index - 1]?.version ?? 0));
  const versions = once.map(({ version, status }) => `${version} ${status}`).join(', ');
  if (wrong)
    return failed('event-order', `The versions do not grow at sequence ${wrong.seq}: ${versions}.`, FORGED);
  const repeats = seen.length - once.length;
  const again = repeats > 0 ? ` (${count(repeats, 'event')} published twice, which consumers drop)` : '';
  return passed(
    'event-order',
    once.length > 0 ? `In order: ${versions}${again}.` : 'There is no event to order.',
  );
}

function nothingMissing(
  { job, outbox }: JobFacts,
  once: readonly AuditedEvent[],
  events: AuditedEvents,
): Check {
  const seen = new Set(once.map(({ version }) => version));
  const all = Array.from({ length: job.version }, (_, index) => index + 1);
  const missing = all.filter((version) => !seen.has(version));
  if (missing.length === 0) return passed('event-missing', `All ${job.version} versions were told.`);
  const which = missing.join(', ');
  if (!events.complete) return undecided('event-missing', 'The stream is too long to be read to its end.');
  const waiting = [...outbox.unpublished, ...outbox.dead].filter(({ subject }) =>
    subject.startsWith('jobs.'),
  );
  if (waiting.length >= missing.length)
    return undecided('event-missing', `Not told yet: ${which}; they are in the outbox.`);
  if (events.keptSince === null || events.keptSince > job.createdAt)
    return undecided(
      'event-missing',
      `Not in the stream: ${which}; it keeps nothing from before ${events.keptSince}.`,
    );
  return failed('event-missing', `The stream lacks the versions ${which}.`, LOST);
}

function oneEnd({ job, outbox }: JobFacts, once: readonly AuditedEvent[], events: AuditedEvents): Check {
  const id = 'event-end';
  const ends = once.filter(({ status, late }) => jobStateMachine.isTerminal(status) && !late);
  const list = ends
    .map(({ seq, version, status }) => `${status} (version ${version}, sequence ${seq})`)
    .join(', ');
  if (ends.length > 1) return failed(id, `The end was told ${ends.length} times: ${list}.`, FORGED);
  const [end] = ends;
  if (!jobStateMachine.isTerminal(job.status)) {
    if (end && end.version <= job.version)
      return failed(id, `The job is ${job.status} and its end was told: ${list}.`, FORGED);
    return passed(
      id,
      end ? 'The job has ended since its row was read.' : 'No end was told; the job goes on.',
    );
  }
  if (!end) return untold(id, { job, outbox }, events);
  if (end.status !== job.status)
    return failed(id, `The job is ${job.status}, and what was told is ${list}.`, FORGED);
  const after = once.slice(once.indexOf(end) + 1).filter(({ late }) => !late);
  if (after.length > 0)
    return failed(id, `After its end the job was told to be ${after[0]?.status}.`, FORGED);
  return passed(id, `The end was told once: ${list}.`);
}

function untold(id: string, { job, outbox }: Pick<JobFacts, 'job' | 'outbox'>, events: AuditedEvents): Check {
  if (!events.complete) return undecided(id, 'The stream is too long to be read to its end.');
  if ([...outbox.unpublished, ...outbox.dead].some(({ subject }) => subject.startsWith('jobs.')))
    return undecided(id, 'The end is still in the outbox.');
  if (events.keptSince === null || job.finishedAt === null || events.keptSince > job.finishedAt)
    return undecided(id, `The stream keeps nothing from before ${events.keptSince}, and the job ended then.`);
  return failed(id, `The job is ${job.status} and its end was never told.`, LOST);
}
