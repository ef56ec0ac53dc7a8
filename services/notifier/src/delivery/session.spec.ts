import fc from 'fast-check';
import type { JobState } from '@shotloom/contracts';
import { JOB, jobProgress, jobState, OTHER_USER, USER } from '../../test/support/job-fixtures';
import { FanOut } from './fan-out';
import type { FeedStep } from './job-feed';
import { Session, type SessionOutput } from './session';

class Recorder implements SessionOutput {
  readonly steps: FeedStep[] = [];
  overflows = 0;
  step(step: FeedStep): void {
    this.steps.push(step);
  }
  overflow(): void {
    this.overflows += 1;
  }
  get told(): string[] {
    return this.steps.map((step) => {
      if (step.kind === 'progress') return `${step.progress.jobId} ${step.shown}%`;
      return step.kind === 'status'
        ? `${step.state.jobId} v${step.state.version}`
        : `${step.state.jobId} end`;
    });
  }
}

const of = (jobId: string, version: number, status: JobState['status'] = 'processing'): JobState =>
  jobState({ jobId, version, status });

describe('Session', () => {
  it('tells the snapshot first, and of what came meanwhile only what is newer', () => {
    const [session, output] = [new Session({ userId: USER }), new Recorder()];
    for (const version of [1, 2, 3]) session.receive({ kind: 'state', state: of('a', version) });
    expect(output.told).toEqual([]);
    session.open([of('a', 2)], output);
    session.receive({ kind: 'state', state: of('a', 4) });
    expect(output.told).toEqual(['a v2', 'a v3', 'a v4']);
  });

  it('keeps the jobs of one user apart', () => {
    const [session, output] = [new Session({ userId: USER }), new Recorder()];
    session.open([of('a', 5), of('b', 1)], output);
    session.receive({ kind: 'state', state: of('b', 2, 'completed') });
    session.receive({ kind: 'state', state: of('a', 6) });
    expect(output.told).toEqual(['a v5', 'b v1', 'b v2', 'b end', 'a v6']);
    expect(session.openJobIds).toEqual(['a']);
  });

  it('does not tell an end twice when the terminal event comes again', () => {
    const [session, output] = [new Session({ userId: USER }), new Recorder()];
    session.open([], output);
    for (let turn = 0; turn < 3; turn += 1) session.receive({ kind: 'state', state: of('a', 2, 'failed') });
    expect(output.told).toEqual(['a v2', 'a end']);
  });

  it('tells after a gap only what has changed', () => {
    const [session, output] = [new Session({ userId: USER }), new Recorder()];
    session.open([of('a', 1), of('b', 1)], output);
    session.hold();
    session.receive({ kind: 'state', state: of('b', 2) });
    session.open([of('a', 1), of('b', 3)], output);
    expect(output.told).toEqual(['a v1', 'b v1', 'b v3']);
  });

  it('gives up rather than hold without end', () => {
    const [session, output] = [new Session({ userId: USER }), new Recorder()];
    for (let turn = 0; turn <= 1_000; turn += 1) {
      session.receive({ kind: 'progress', progress: jobProgress({ progress: turn / 100 }) });
    }
    session.open([], output);
    expect(output.overflows).toBe(1);
  });

  it('ends each job once, in version order, wherever the snapshot falls between the events', () => {
    const lives = fc.array(fc.constantFrom(...['a', 'b', 'c']), { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(lives, fc.nat(), fc.nat(), (order, early, late) => {
        const events = endingLives(order);
        const snapshotAt = early % (events.length + 1);
        const openAt = snapshotAt + (late % (events.length + 1 - snapshotAt));
        const [session, output] = [new Session({ userId: USER }), new Recorder()];
        const snapshot = latestOf(events.slice(0, snapshotAt));
        events.slice(0, openAt).forEach((state) => session.receive({ kind: 'state', state }));
        session.open(snapshot, output);
        events.slice(openAt).forEach((state) => session.receive({ kind: 'state', state }));
        for (const jobId of new Set(order)) expectOneLife(output, jobId);
      }),
      { numRuns: 300 },
    );
  });
});

/** Versions 1, 2, 3 ... of several jobs in one order; each job's last event ends it. */
function endingLives(order: readonly string[]): JobState[] {
  const versions = new Map<string, number>();
  return order.map((jobId, index) => {
    const version = (versions.get(jobId) ?? 0) + 1;
    versions.set(jobId, version);
    return of(jobId, version, order.lastIndexOf(jobId) === index ? 'completed' : 'processing');
  });
}

function latestOf(states: readonly JobState[]): JobState[] {
  return [...new Map(states.map((state) => [state.jobId, state])).values()];
}

function expectOneLife(output: Recorder, jobId: string): void {
  const told = output.told.filter((line) => line.startsWith(`${jobId} `));
  expect(told.filter((line) => line.endsWith('end'))).toHaveLength(1);
  expect(told.at(-1)).toBe(`${jobId} end`);
  const versions = told.slice(0, -1).map((line) => Number(line.split('v')[1]));
  expect(versions).toEqual([...new Set(versions)].sort((a, b) => a - b));
}

describe('FanOut', () => {
  const opened = (scope: ConstructorParameters<typeof Session>[0]): [Session, Recorder] => {
    const [session, output] = [new Session(scope), new Recorder()];
    session.open([], output);
    return [session, output];
  };

  it('gives an event to the sockets of its user and of its job, and to nobody else', () => {
    const fanOut = new FanOut();
    const [ofUser, toUser] = opened({ userId: USER });
    const [ofJob, toJob] = opened({ userId: USER, jobId: JOB });
    const [ofThief, toThief] = opened({ userId: OTHER_USER, jobId: JOB });
    const [ofOther, toOther] = opened({ userId: OTHER_USER });
    for (const session of [ofUser, ofJob, ofThief, ofOther]) fanOut.add(session);
    expect(fanOut.publish({ kind: 'state', state: jobState() })).toBe(2);
    expect([toUser, toJob, toThief, toOther].map((output) => output.steps.length)).toEqual([1, 1, 0, 0]);
  });

  it('forgets a socket that has gone', () => {
    const fanOut = new FanOut();
    const [session, output] = opened({ userId: USER });
    fanOut.add(session);
    fanOut.remove(session);
    expect(fanOut.publish({ kind: 'state', state: jobState() })).toBe(0);
    expect(output.steps).toEqual([]);
  });

  it('knows whose jobs anybody watches', () => {
    const fanOut = new FanOut();
    const [all, one] = [new Session({ userId: 'anna' }), new Session({ userId: 'anna', jobId: 'job' })];
    for (const session of [all, one, one]) fanOut.add(session);
    fanOut.remove(one);
    fanOut.remove(one);
    expect(fanOut.isWatched('anna')).toBe(true);
    expect(fanOut.isWatched('bert')).toBe(false);
    fanOut.remove(all);
    expect(fanOut.isWatched('anna')).toBe(false);
  });
});
