import { newId } from '@shotloom/kernel';
import { Bench, failureOf, present } from './conformance/bench';
import { describeCallbacks } from './conformance/callbacks';
import { describeLargePicture } from './conformance/large-picture';
import type { ConformanceSimulator, ConformanceSubject } from './conformance/rig';
import { describeShapes } from './conformance/shapes';

export type { ConformanceRig, ConformanceSimulator, ConformanceSubject, ErrorCase } from './conformance/rig';
export { failureOf } from './conformance/bench';
export { picture } from './support/picture';
export { recordingFetch } from './support/recording-fetch';
export { QUEUE_MS, refused, rigTime, RUN_MS, turningKeys } from './conformance/rig-parts';

type Faulty = readonly [string, Parameters<ConformanceSimulator['script']>[0]];

/** Ways in which an answer is lost after the vendor made the task. */
const LOST: readonly Faulty[] = [
  ['cut', { kind: 'cut', accepted: true }],
  ['broken off', { kind: 'truncated' }],
  ['late', { kind: 'slow', ms: 3_600_000 }],
  ["a proxy's", { kind: 'http', status: 502, accepted: true }],
  ['not readable', { kind: 'body', body: 'OK' }],
];
/** Ways in which a question is not answered. */
const UNANSWERED: readonly Faulty[] = [
  ...LOST.slice(0, 3),
  ["a proxy's", { kind: 'http', status: 504 }],
  ['not readable', { kind: 'body', body: [] }],
];

/** The same tests for every vendor, but for what it lacks. One that does not pass is not registered. */
export function describeVendorConformance(subject: ConformanceSubject): void {
  const { looksUp = true, cancels = false } = subject;
  describe(`${subject.name} conforms`, () => {
    let bench: Bench;
    beforeEach(async () => {
      bench = new Bench(await subject.start());
    });
    afterEach(() => bench.rig.simulator.stop());

    describeLife(subject, () => bench);
    describeLostAnswers(() => bench, looksUp);
    if (cancels) describeCancel(() => bench);
    describeKeys(() => bench);
    describeShapes(() => bench, looksUp);
    if (subject.signsCallbacks !== 'never') describeCallbacks(() => bench, subject.signsCallbacks);
    if (subject.largestPicture) describeLargePicture(() => bench, subject.largestPicture);
  });
}

function describeLife(subject: ConformanceSubject, bench: () => Bench): void {
  const { looksUp = true, cancels = false, tellsQueue = true, tellsCost = true, tellsWhy = true } = subject;

  it('has every method that it says it has', () => {
    const { capabilities, lookup, cancel, parseCallback } = bench().rig.adapter;
    expect({ lookup: capabilities.lookup, cancel: capabilities.cancel }).toEqual({
      ...{ lookup: looksUp, cancel: cancels },
    });
    expect(lookup !== undefined).toBe(looksUp);
    expect(cancel !== undefined).toBe(cancels);
    expect(parseCallback !== undefined).toBe(capabilities.callbacks !== 'none');
    expect(parseCallback !== undefined).toBe(subject.signsCallbacks !== 'never');
  });

  it('goes from submit to a video that can be fetched', async () => {
    const { rig } = bench();
    const id = newId();
    const { vendorTaskId, externalTaskId, adopted } = await bench().submit(id);
    expect({ externalTaskId, adopted }).toEqual({ externalTaskId: id, adopted: false });
    expect(await bench().pollOne(id, vendorTaskId)).toMatchObject({
      ...{ kind: 'running', phase: tellsQueue ? 'queued' : 'running' },
    });
    rig.letRun();
    expect(await bench().pollOne(id, vendorTaskId)).toMatchObject({ kind: 'running', phase: 'running' });
    rig.letFinish();
    const done = await bench().pollOne(id, vendorTaskId);
    if (done.kind !== 'succeeded') throw new Error(`it is ${done.kind}`);
    if (tellsCost) expect(done.cost?.amount).toMatch(/^\d/);
    else expect(done.cost).toBeNull();
    expect((await bench().bytesOf(id, vendorTaskId, done)).toString('latin1', 4, 8)).toBe('ftyp');
  }, 30_000);

  it('answers for many tasks at once, in their order, also for one that is not there', async () => {
    const ids = Array.from({ length: 24 }, newId);
    const tasks = [];
    for (const id of ids) tasks.push(bench().refOf(id, (await bench().submit(id)).vendorTaskId));
    tasks.splice(3, 0, bench().refOf(newId(), subject.unknownTaskId ?? null));
    const answers = await bench().rig.adapter.poll(tasks, bench().call());
    expect(answers.map(({ attemptId }) => attemptId)).toEqual(tasks.map(({ attemptId }) => attemptId));
    expect(answers.map(({ outcome }) => outcome.kind)).toEqual(
      tasks.map((_task, index) => (index === 3 ? 'notFound' : 'running')),
    );
  });

  it.each(subject.errors)('makes $code of the vendor error $vendorCode', async (expected) => {
    const { simulator } = bench().rig;
    const { vendorCode, code, retryable, outcome, endsTask = false } = expected;
    simulator.script({ kind: 'error', code: vendorCode, on: 'create', times: null });
    expect(await failureOf(bench().submit(newId()))).toMatchObject({ code, retryable, outcome, vendorCode });
    expect(bench().bought()).toBe(0);
    simulator.clearFaults();
    const id = newId();
    const { vendorTaskId } = await bench().submit(id);
    simulator.script({ kind: 'error', code: vendorCode, on: 'query', times: null });
    const { kind } = await bench().pollOne(id, vendorTaskId);
    expect(kind).toMatch(endsTask ? /^failed$/ : /^(unavailable|notFound)$/);
  });

  it('tells a failure at the vendor, typed', async () => {
    const { rig } = bench();
    rig.simulator.script({ kind: 'task-fails', message: 'GPU fault' });
    const id = newId();
    const { vendorTaskId } = await bench().submit(id);
    rig.letRun();
    rig.letFinish();
    expect(await bench().pollOne(id, vendorTaskId)).toMatchObject({
      kind: 'failed',
      error: {
        ...{ code: 'provider_failed', outcome: 'accepted' },
        ...(tellsWhy ? { vendorMessage: 'GPU fault' } : {}),
      },
    });
  });

  it('does not guess at a status word that it does not know', async () => {
    const { rig } = bench();
    rig.simulator.script({ kind: 'task-status', word: 'polishing' });
    const id = newId();
    const { vendorTaskId } = await bench().submit(id);
    rig.letRun();
    expect(await bench().pollOne(id, vendorTaskId)).toEqual({ kind: 'unknownStatus', word: 'polishing' });
    rig.letFinish();
    expect((await bench().pollOne(id, vendorTaskId)).kind).toBe('succeeded');
  });

  it.each(UNANSWERED)('keeps an attempt alive when the answer to a poll is %s', async (_what, fault) => {
    const { rig } = bench();
    const id = newId();
    const { vendorTaskId } = await bench().submit(id);
    bench().script({ ...fault, on: 'query' });
    expect((await bench().pollOne(id, vendorTaskId)).kind).toMatch(/^(unavailable|unreadable)$/);
    rig.letRun();
    rig.letFinish();
    expect((await bench().pollOne(id, vendorTaskId)).kind).toBe('succeeded');
  });
}

function describeLostAnswers(bench: () => Bench, looksUp: boolean): void {
  it.each(LOST)('knows that it does not know when the answer to a create is %s', async (_what, fault) => {
    bench().script(fault);
    const error = await failureOf(bench().submit(newId()));
    expect(error).toMatchObject({ code: 'submit_unknown', outcome: 'unknown', retryable: false });
    expect(bench().bought()).toBe(1);
  });
  if (!looksUp) return;

  it.each(LOST)(
    'finds the one task after an answer that was %s, and never buys another',
    async (_what, fault) => {
      const id = newId();
      bench().script(fault);
      await failureOf(bench().submit(id));
      const [task] = bench().rig.simulator.tasks();
      expect(await bench().lookup(id)).toMatchObject({ kind: 'found', vendorTaskId: task?.taskId });
      expect(await bench().submit(id)).toMatchObject({ adopted: true, vendorTaskId: task?.taskId });
      expect(bench().bought()).toBe(1);
    },
  );

  it('learns that there is no task when the request was lost with the answer', async () => {
    const id = newId();
    bench().rig.simulator.script({ kind: 'cut', accepted: false });
    expect((await failureOf(bench().submit(id))).outcome).toBe('unknown');
    expect(await bench().lookup(id)).toEqual({ kind: 'notFound' });
  });

  it('does not know when the vendor cannot be asked', async () => {
    bench().rig.simulator.script({ kind: 'http', status: 502, on: 'query', times: null });
    expect((await bench().lookup(newId()))?.kind).toBe('unknown');
  });
}

function describeCancel(bench: () => Bench): void {
  it('stops a task at the vendor, and says when it is too late', async () => {
    const { rig } = bench();
    const cancel = present(rig.adapter.cancel).bind(rig.adapter);
    const [stopped, done] = [newId(), newId()];
    const first = await bench().submit(stopped);
    const second = await bench().submit(done);
    const verdict = await cancel(bench().refOf(stopped, first.vendorTaskId), bench().call());
    expect(verdict).toMatch(/^(cancelled|requested)$/);
    rig.letRun();
    rig.letFinish();
    expect((await bench().pollOne(stopped, first.vendorTaskId)).kind).toMatch(/^(failed|notFound)$/);
    expect((await bench().pollOne(done, second.vendorTaskId)).kind).toBe('succeeded');
    expect(await cancel(bench().refOf(done, second.vendorTaskId), bench().call())).toBe('tooLate');
  });

  it('does not say that a task is stopped where the vendor could not be asked', async () => {
    const { rig } = bench();
    const cancel = present(rig.adapter.cancel).bind(rig.adapter);
    const id = newId();
    const { vendorTaskId } = await bench().submit(id);
    for (const on of ['query', 'other', 'create']) {
      rig.simulator.script({ kind: 'http', status: 502, on, times: null });
    }
    await failureOf(cancel(bench().refOf(id, vendorTaskId), bench().call()));
  });
}

function describeKeys(bench: () => Bench): void {
  it('works on with the key that an attempt began with, while a new one is in use', async () => {
    const { rig } = bench();
    const [before, after] = [newId(), newId()];
    const old = await bench().submit(before);
    const next = rig.rotateKey();
    const fresh = await rig.adapter.submit(rig.task(after, null), bench().call(next));
    rig.letRun();
    rig.letFinish();
    expect((await bench().pollOne(before, old.vendorTaskId)).kind).toBe('succeeded');
    expect((await bench().pollOne(after, fresh.vendorTaskId, next)).kind).toBe('succeeded');
    rig.revokeOldKey();
    expect(await bench().pollOne(before, old.vendorTaskId)).toMatchObject({
      kind: 'unavailable',
      error: { code: 'provider_auth_failed' },
    });
    expect((await bench().pollOne(before, old.vendorTaskId, next)).kind).toBe('succeeded');
  });

  it('keeps keys out of its errors, also when the vendor repeats them', async () => {
    const { rig } = bench();
    const secrets = Object.values(rig.credential.fields);
    rig.simulator.script({ kind: 'http', status: 400, body: `bad: ${secrets.join(' ')}` });
    const error = await failureOf(bench().submit(newId()));
    const all = JSON.stringify([error.toRecord(), error.stack, String(error.cause)]);
    for (const secret of secrets) expect(all).not.toContain(secret);
  });

  it('checks a connection in words, good or bad', async () => {
    const { rig } = bench();
    expect(await rig.adapter.testConnection(bench().call())).toMatchObject({ ok: true });
    const names = Object.keys(rig.credential.fields);
    const fields = Object.fromEntries(names.map((name) => [name, 'wrong-key']));
    const bad = await rig.adapter.testConnection(bench().call({ ...rig.credential, fields }));
    expect(bad.ok).toBe(false);
    expect(bad.checks.at(-1)?.detail).toMatch(/key/);
  });
}
