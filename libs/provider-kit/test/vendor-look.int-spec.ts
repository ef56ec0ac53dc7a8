import { newId } from '@shotloom/kernel';
import { waitFor } from '@shotloom/testing';
import type { VendorAdapter } from '@shotloom/provider-kit';
import { sample, setStage, type Stage } from './support/vendor-stage';

jest.setTimeout(60_000);

let stage: Stage;
beforeEach(async () => {
  stage = await setStage();
});
afterEach(() => stage.stop());

/** The adapter with some of its methods replaced. */
const adapterWith = (more: Partial<VendorAdapter>): VendorAdapter =>
  Object.assign(Object.create(stage.adapter) as VendorAdapter, more);
/** Attempts that the vendor has, in these states. */
const bought = async (...states: string[]): Promise<string[]> => {
  const ids = states.map(() => newId());
  for (const [index, id] of ids.entries()) {
    stage.vendor.states.set(id, states[index] ?? '');
    await stage.orchestra.submit(id);
  }
  await stage.orchestra.reported(states.length);
  stage.orchestra.reports.length = 0;
  return ids;
};

describe('polls', () => {
  it('answers for all tasks of a message at once, in as few calls as the vendor allows', async () => {
    await stage.orchestra.worker(stage.adapter, { metrics: stage.metrics });
    const ids = await bought('running', 'done', 'running', 'done', 'running');
    const missing = newId();
    const lost = newId();
    const [first = '', second = ''] = ids;
    await stage.orchestra.poll([
      { attemptId: first, pollNo: 4 },
      { attemptId: second, pollNo: 5 },
      ...[...ids.slice(2), missing].map((attemptId) => ({ attemptId })),
      { attemptId: first, pollNo: 6, verb: 'lookup' },
      { attemptId: lost, pollNo: 7, verb: 'lookup' },
    ]);
    const [report] = await stage.orchestra.reported();
    const made = expect.stringMatching(/^v-\d$/) as string;
    const running = { kind: 'running', phase: 'running', progress: 0.5 };
    const video = {
      url: 'https://vendor/video.mp4',
      expiresAt: '1970-01-01T00:00:00.000Z',
      durationSeconds: 5,
    };
    const done = { kind: 'succeeded', videos: [video], cost: { amount: '1', unit: 'coin' } };
    expect(report).toMatchObject({ type: 'attempts.seen.v1', correlationId: 'poll' });
    expect(report?.payload).toEqual({
      ...{ provider: 'fake', via: 'poll', credential: { id: 'key', version: 1 } },
      answers: [
        { attemptId: first, pollNo: 4, vendorTaskId: made, outcome: running },
        { attemptId: second, pollNo: 5, vendorTaskId: made, outcome: done },
        { attemptId: ids[2], pollNo: 1, vendorTaskId: made, outcome: running },
        { attemptId: ids[3], pollNo: 1, vendorTaskId: made, outcome: done },
        { attemptId: ids[4], pollNo: 1, vendorTaskId: made, outcome: running },
        { attemptId: missing, pollNo: 1, vendorTaskId: null, outcome: { kind: 'notFound' } },
        { attemptId: first, pollNo: 6, vendorTaskId: made, outcome: running },
        { attemptId: lost, pollNo: 7, vendorTaskId: null, outcome: { kind: 'notFound' } },
      ],
    });
    // Six polls, three a call, and a call for each lookup.
    expect(stage.vendor.queries).toBe(4);
    expect(await sample(stage, 'shotloom_vendor_calls_total', ['verb="poll"', 'outcome="ok"'])).toBe(2);
    expect(stage.orchestra.reports).toHaveLength(1);
  });

  it('keeps an attempt alive at a word that nobody knows, and raises an alarm', async () => {
    await stage.orchestra.worker(stage.adapter, { metrics: stage.metrics });
    const [attemptId = ''] = await bought('polishing');
    await stage.orchestra.poll([{ attemptId }]);
    const [report] = await stage.orchestra.reported();
    expect(report?.payload).toMatchObject({
      answers: [{ attemptId, outcome: { kind: 'unknownStatus', word: 'polishing' } }],
    });
    expect(await sample(stage, 'shotloom_vendor_alarms_total', ['kind="unknownStatus"'])).toBe(1);
  });

  it('drops a message that is past its time, and says so in a number', async () => {
    await stage.orchestra.worker(stage.adapter, { metrics: stage.metrics });
    await stage.orchestra.poll([{}], { expiresAt: new Date(Date.now() - 6_000) });
    await stage.orchestra.isSpent('POLLS');
    const dropped = (): Promise<number | undefined> =>
      sample(stage, 'shotloom_vendor_polls_dropped_total', ['reason="expired"']);
    await waitFor(async () => (await dropped()) === 1, { what: 'one dropped' });
    expect(stage.vendor.queries).toBe(0);
    expect(stage.orchestra.reports).toHaveLength(0);
  });

  it('allows for clocks that differ a little', async () => {
    await stage.orchestra.worker(stage.adapter);
    await stage.orchestra.poll([{}], { expiresAt: new Date(Date.now() - 2_000) });
    expect(await stage.orchestra.reported()).toHaveLength(1);
  });

  it('splits what NATS would not take', async () => {
    await stage.orchestra.worker(stage.adapter);
    const ids = await bought('huge', 'huge', 'running');
    await stage.orchestra.poll(ids.map((attemptId) => ({ attemptId })));
    await stage.orchestra.reported(3);
    const answered = stage.orchestra.reports.flatMap(
      ({ payload }) => payload['answers'] as { attemptId: string }[],
    );
    expect(answered.map(({ attemptId }) => attemptId).toSorted()).toEqual(ids.toSorted());
    expect(new Set(stage.orchestra.reports.map(({ id }) => id)).size).toBe(stage.orchestra.reports.length);
  });

  it('says that nobody could be asked where the key is gone or not accepted', async () => {
    const bad = { id: 'bad', version: 1 };
    stage.orchestra.secrets.set('bad:1', { ...bad, fields: { key: 'wrong-key' }, baseUrl: null });
    await stage.orchestra.worker(stage.adapter);
    await stage.orchestra.poll([{}, {}], { credential: { id: 'gone', version: 3 } });
    await stage.orchestra.reported(1);
    await stage.orchestra.poll([{}], { credential: bad });
    const reports = await stage.orchestra.reported(2);
    const unavailable = { outcome: { kind: 'unavailable', error: { code: 'provider_auth_failed' } } };
    expect(reports[0]?.payload).toMatchObject({ answers: [unavailable, unavailable] });
    expect(reports[1]?.payload).toMatchObject({ answers: [unavailable] });
  });

  it('ends no attempt by a fault of the adapter, and takes no answer for another task', async () => {
    const swapped = adapterWith({
      poll: async (tasks, call) => [...(await stage.adapter.poll(tasks, call))].reverse(),
      lookup: () => Promise.reject(new TypeError('x is undefined')),
    });
    await stage.orchestra.worker(swapped);
    const [running = '', done = ''] = await bought('running', 'done');
    await stage.orchestra.poll([{ attemptId: running }, { attemptId: done }, { verb: 'lookup' }]);
    const [report] = await stage.orchestra.reported();
    const unavailable = { outcome: { kind: 'unavailable', error: { code: 'internal' } } };
    expect(report?.payload).toMatchObject({ answers: [unavailable, unavailable, unavailable] });
  });
});

describe('cancel', () => {
  it('asks the vendor and tells what it said', async () => {
    await stage.orchestra.worker(stage.adapter);
    const attemptId = newId();
    await stage.orchestra.cancel(stage.orchestra.task(attemptId, 'v-9'));
    const [report] = await stage.orchestra.reported();
    expect(report).toMatchObject({
      type: 'attempt.cancel_answered.v1',
      correlationId: 'job',
      payload: { attemptId, verdict: 'cancelled', error: null },
    });
    expect(stage.vendor.cancelled).toEqual(['v-9']);
    await stage.orchestra.isSpent();
  });

  it('is too late for a vendor that cannot', async () => {
    const cannot: VendorAdapter = adapterWith({});
    Object.defineProperty(cannot, 'cancel', { value: undefined });
    await stage.orchestra.worker(cannot);
    await stage.orchestra.cancel(stage.orchestra.task(newId(), 'v-9'));
    const [report] = await stage.orchestra.reported();
    expect(report?.payload).toMatchObject({ verdict: 'tooLate', error: null });
  });

  it('tells that the vendor could not be asked', async () => {
    await stage.orchestra.worker(adapterWith({ cancel: () => Promise.reject(new Error('no line')) }));
    await stage.orchestra.cancel(stage.orchestra.task(newId(), 'v-9'));
    const [report] = await stage.orchestra.reported();
    expect(report?.payload).toMatchObject({ verdict: 'unavailable', error: { code: 'internal' } });
  });
});

describe('callbacks that are not signed', () => {
  const known = (vendorTaskId: string | null): string => {
    const attemptId = newId();
    const task = stage.orchestra.task(attemptId, vendorTaskId);
    stage.orchestra.attempts.set(attemptId, { credential: { id: 'key', version: 1 }, task });
    return attemptId;
  };

  it('are a hint to ask, once for the same words', async () => {
    await stage.orchestra.worker(stage.adapter);
    const attemptId = known('v-1');
    for (let time = 1; time <= 3; time += 1) {
      const reply = await stage.orchestra.callback(attemptId, '{"vendorTaskId":"v-1"}');
      expect(reply.verdict).toBe('taken');
    }
    await stage.orchestra.callback(attemptId, '{"vendorTaskId":"v-1","more":1}');
    const reports = await stage.orchestra.reported(2);
    expect(reports.map(({ type, payload }) => ({ type, payload }))).toEqual([
      { type: 'attempt.hinted.v1', payload: { attemptId } },
      { type: 'attempt.hinted.v1', payload: { attemptId } },
    ]);
  });

  it('are refused where they are about another task or none, and unknown without an attempt', async () => {
    await stage.orchestra.worker(stage.adapter);
    const attemptId = known('v-1');
    expect((await stage.orchestra.callback(attemptId, '{"vendorTaskId":"v-2"}')).verdict).toBe('refused');
    expect((await stage.orchestra.callback(attemptId, '{}')).verdict).toBe('refused');
    expect((await stage.orchestra.callback(newId(), '{"vendorTaskId":"v-1"}')).verdict).toBe('unknown');
    expect(stage.orchestra.reports).toHaveLength(0);
  });

  it('count as a hint only, also when they are signed, while nothing says whose task they name', async () => {
    const signing = adapterWith({
      parseCallback: () => ({
        ...{ kind: 'verified', deliveryId: 'd', vendorTaskId: 'v-5', externalTaskId: null },
        outcome: { kind: 'notFound' },
      }),
    });
    await stage.orchestra.worker(signing);
    expect((await stage.orchestra.callback(known(null), 'signed')).verdict).toBe('taken');
    const [report] = await stage.orchestra.reported();
    expect(report?.type).toBe('attempt.hinted.v1');
  });
});

describe('a vendor that keeps no id of ours', () => {
  const blind = (kind: 'running' | 'notFound'): VendorAdapter => {
    const adapter = adapterWith({
      capabilities: { ...stage.adapter.capabilities, lookup: false },
      poll: (tasks) =>
        Promise.resolve(
          tasks.map(({ attemptId, vendorTaskId }) => ({
            ...{ attemptId, vendorTaskId },
            outcome: kind === 'running' ? { kind, phase: 'running', progress: null } : { kind },
          })),
        ),
    });
    return adapter;
  };
  const lost = (): string => {
    const attemptId = newId();
    const task = stage.orchestra.task(attemptId, null);
    stage.orchestra.attempts.set(attemptId, { credential: { id: 'key', version: 1 }, task });
    return attemptId;
  };

  it('tells by its callback which task a lost answer left, once the vendor itself shows that task', async () => {
    await stage.orchestra.worker(blind('running'));
    const attemptId = lost();
    await stage.orchestra.callback(attemptId, '{"vendorTaskId":"v-7"}');
    const [report] = await stage.orchestra.reported();
    expect(report).toMatchObject({
      type: 'attempts.seen.v1',
      payload: { via: 'callback', answers: [{ attemptId, vendorTaskId: 'v-7' }] },
    });
  });

  it('is not believed where it does not know the task itself', async () => {
    await stage.orchestra.worker(blind('notFound'));
    expect((await stage.orchestra.callback(lost(), '{"vendorTaskId":"v-7"}')).verdict).toBe('taken');
    expect(stage.orchestra.reports).toEqual([]);
  });
});

it('answers a challenge at once, and tells nobody of it', async () => {
  const answerChallenge = (body: Uint8Array) =>
    Buffer.from(body).toString() === 'who?' ? { challenge: 'me' } : null;
  await stage.orchestra.worker(adapterWith({ answerChallenge }));
  const reply = { verdict: 'taken', reply: { challenge: 'me' } };
  expect(await stage.orchestra.callback(newId(), 'who?')).toMatchObject(reply);
  expect((await stage.orchestra.callback(newId(), 'else')).verdict).toBe('unknown');
  expect(stage.orchestra.reports).toEqual([]);
});

it('tests a key, and says what is wrong with it', async () => {
  const bad = { id: 'bad', version: 1 };
  stage.orchestra.secrets.set('bad:1', { ...bad, fields: { key: 'wrong-key' }, baseUrl: null });
  await stage.orchestra.worker(stage.adapter);
  const asked = { what: 'Asked', ok: true, detail: '200' };
  expect(await stage.orchestra.testConnection()).toEqual({ ok: true, checks: [asked], error: null });
  expect(await stage.orchestra.testConnection(bad)).toMatchObject({ ok: false, checks: [{ ok: false }] });
  expect(await stage.orchestra.testConnection({ id: 'gone', version: 1 })).toMatchObject({
    ok: false,
    checks: [],
    error: { code: 'provider_auth_failed' },
  });
});

it('says what is to be done where a vendor tells no balance', async () => {
  await stage.orchestra.worker(stage.adapter);
  expect(await stage.orchestra.balance()).toMatchObject({
    balance: null,
    error: { code: 'unsupported_by_model', message: expect.stringContaining('console') as string },
  });
});
