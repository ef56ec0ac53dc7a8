import type { AuditedEvents } from '@shotloom/contracts';
import { checkEvents } from './check-events';
import type { JobFacts } from './job-facts';

const CREATED = '2026-01-02T00:00:00.000Z';
const FINISHED = '2026-01-02T01:00:00.000Z';

function facts(job: Partial<JobFacts['job']> = {}, outbox: Partial<JobFacts['outbox']> = {}): JobFacts {
  return {
    at: new Date(FINISHED),
    job: {
      userId: 'u',
      accountId: 'a',
      status: 'completed',
      conditions: [],
      version: 3,
      provider: 'animatic',
      model: 'animatic:storyboard',
      fallback: [],
      notes: [],
      priceCredits: 5,
      creditsHeld: 0,
      creditsCaptured: 5,
      held: true,
      attemptsMade: 1,
      activeAttemptId: null,
      assetId: 'asset',
      lateAssetId: null,
      error: null,
      createdAt: CREATED,
      startedAt: CREATED,
      finishedAt: FINISHED,
      cancelRequestedAt: null,
      deletedAt: null,
      notBefore: CREATED,
      ...job,
    },
    attempts: [],
    log: [],
    hold: null,
    outbox: { unpublished: [], dead: [], complete: true, ...outbox },
  };
}

const STATUSES = ['queued', 'processing', 'completed'] as const;
const event = (version: number, more: Partial<AuditedEvents['seen'][number]> = {}) => ({
  seq: version,
  at: CREATED,
  id: `event-${version}`,
  version,
  status: STATUSES[version - 1] ?? 'completed',
  late: false,
  ...more,
});
const events = (seen: AuditedEvents['seen'], more: Partial<AuditedEvents> = {}): AuditedEvents => ({
  seen,
  keptSince: '2026-01-01T00:00:00.000Z',
  complete: true,
  ...more,
});
const verdicts = (job: JobFacts, seen: AuditedEvents): string[] =>
  checkEvents(job, seen).map(({ verdict }) => verdict);

const ALL = [event(1), event(2), event(3)];

it('passes every version once and in order, with one end', () => {
  expect(verdicts(facts(), events(ALL))).toEqual(['ok', 'ok', 'ok']);
});

it('takes a row that was published twice for one event', () => {
  const seen = [...ALL, event(2, { seq: 9 }), event(3, { seq: 10 })];
  const checks = checkEvents(facts(), events(seen));
  expect(checks.map(({ verdict }) => verdict)).toEqual(['ok', 'ok', 'ok']);
  expect(checks[0]?.text).toContain('2 events published twice');
});

it('cannot blame a stream for what it has dropped by age, or does not have yet', () => {
  const young = { keptSince: '2026-01-02T00:30:00.000Z' };
  expect(verdicts(facts(), events([event(3)], young))).toEqual(['ok', 'unknown', 'ok']);
  expect(verdicts(facts(), events([], { keptSince: null }))).toEqual(['ok', 'unknown', 'unknown']);
  const waiting = { id: 'x', type: 'job.changed.v1', subject: 'jobs.u', ageSeconds: 1 };
  const unpublished = facts({}, { unpublished: [waiting] });
  expect(verdicts(unpublished, events([event(1), event(2)]))).toEqual(['ok', 'unknown', 'unknown']);
  expect(verdicts(facts(), events([event(1)], { complete: false }))).toEqual(['ok', 'unknown', 'unknown']);
});

it('blames it for what it should have', () => {
  expect(verdicts(facts(), events([event(1), event(2)]))).toEqual(['ok', 'failed', 'failed']);
  expect(verdicts(facts(), events([event(1), event(3)]))).toEqual(['ok', 'failed', 'ok']);
});

it('knows one end only, and nothing after it but the news of a late video', () => {
  const failed = facts({ status: 'failed', version: 4, lateAssetId: 'late' });
  const end = event(3, { status: 'failed' });
  const late = event(4, { status: 'failed', late: true });
  expect(verdicts(failed, events([event(1), event(2), end, late]))).toEqual(['ok', 'ok', 'ok']);
  const again = event(4, { status: 'failed' });
  expect(verdicts(failed, events([event(1), event(2), end, again]))).toEqual(['ok', 'ok', 'failed']);
  const back = event(4, { status: 'processing' });
  expect(verdicts(facts({ version: 4 }), events([...ALL, back]))).toEqual(['ok', 'ok', 'failed']);
  expect(verdicts(facts({ status: 'failed' }), events(ALL))).toEqual(['ok', 'ok', 'failed']);
});

it('takes an end that came while it looked for news, and an early one for a fault', () => {
  const running = facts({ status: 'processing', version: 2, finishedAt: null });
  expect(verdicts(running, events(ALL))).toEqual(['ok', 'ok', 'ok']);
  const early = [event(1), event(2, { status: 'completed' })];
  expect(verdicts(running, events(early))).toEqual(['ok', 'ok', 'failed']);
});
