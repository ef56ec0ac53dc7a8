import fc from 'fast-check';
import { jobStateMachine } from '@shotloom/contracts';
import { jobProgress, jobState } from '../../test/support/job-fixtures';
import type { JobEvent } from './job-event';
import { JobFeed, type FeedStep } from './job-feed';

const state = (version: number, more: Parameters<typeof jobState>[0] = {}): JobEvent => ({
  kind: 'state',
  state: jobState({ version, ...more }),
});
const progress = (version: number, percent: number, step = 'Rendering'): JobEvent => ({
  kind: 'progress',
  progress: jobProgress({ version, progress: percent, step }),
});
const feedAll = (events: readonly JobEvent[]): readonly FeedStep[] => {
  const feed = new JobFeed();
  return events.flatMap((event) => feed.accept(event));
};
const versionsOf = (steps: readonly FeedStep[]): number[] =>
  steps.flatMap((step) => (step.kind === 'status' ? [step.state.version] : []));

describe('JobFeed', () => {
  it('tells a new version once, however often it comes', () => {
    expect(versionsOf(feedAll([state(1), state(2), state(2), state(1)]))).toEqual([1, 2]);
  });

  it('says the end after the last status, and nothing after it', () => {
    const steps = feedAll([state(3, { status: 'failed' }), state(4, { status: 'failed' }), progress(3, 50)]);
    expect(steps.map((step) => step.kind)).toEqual(['status', 'end']);
  });

  it('drops progress of an older version', () => {
    expect(feedAll([state(4), progress(3, 50)])).toHaveLength(1);
  });

  it('drops progress that is lower than what was shown, or the same again', () => {
    const steps = feedAll([state(1), progress(1, 40), progress(1, 30), progress(1, 40), progress(1, 41)]);
    expect(steps.map((step) => ('shown' in step ? step.shown : step.kind))).toEqual([0, 40, 41]);
  });

  it('lets a new step pass at the same percentage', () => {
    expect(feedAll([progress(1, 99, 'Rendering'), progress(1, 99, 'Storing')])).toHaveLength(2);
  });

  it('never shows less with a status than before it', () => {
    const [, , third] = feedAll([state(1), progress(1, 60), state(2, { progress: 10 })]);
    expect(third).toMatchObject({ kind: 'status', shown: 60 });
  });

  it('keeps its promises for any mixture of duplicates and disorder', () => {
    fc.assert(
      fc.property(mixture, (events) => {
        const steps = feedAll(events);
        const versions = versionsOf(steps);
        expect(versions).toEqual([...new Set(versions)].sort((a, b) => a - b));
        const shown = steps.flatMap((step) => (step.kind === 'end' ? [] : [step.shown]));
        expect(shown).toEqual([...shown].sort((a, b) => a - b));
        const ends = steps.filter((step) => step.kind === 'end').length;
        expect(ends).toBe(events.some(isTerminal) ? 1 : 0);
        if (ends === 1) expect(steps.at(-1)?.kind).toBe('end');
      }),
      { numRuns: 500 },
    );
  });
});

const isTerminal = (event: JobEvent): boolean =>
  event.kind === 'state' && jobStateMachine.isTerminal(event.state.status);

/** One job's life with `length` versions, any part of it any number of times and in any order. */
const mixture = fc.integer({ min: 1, max: 8 }).chain((length) => {
  const last = fc.constantFrom('completed', 'failed', 'cancelled', 'processing');
  return last.chain((status) => {
    const stateOf = (version: number): JobEvent =>
      state(version, { status: version === length ? status : 'processing', progress: version });
    const one = fc.oneof(
      fc.integer({ min: 1, max: length }).map(stateOf),
      fc
        .tuple(fc.integer({ min: 1, max: length }), fc.integer({ min: 0, max: 100 }))
        .map(([version, percent]) => progress(version, percent)),
    );
    return fc.array(one, { maxLength: 40 });
  });
});
