import type { LoggedRequest, SentCallback, SimTask } from '@shotloom/vendor-simulators';
import type { Facts } from './facts';
import { findViolations, RULES } from './rules';

/** A run in which everything went well: one job completed, one failed after a refusal, one was refused at the door. */
function wellDone(): Facts {
  const order = {
    ...{ number: 1, user: 0, operation: 'text-to-video' as const, body: {}, variants: 1, keyed: true },
    ...{ hangsUpAfterMs: null, asksTwice: true, fault: null, faults: [] },
  };
  const job = {
    ...{
      owner_user_id: 'u',
      conditions: [],
      version: 2,
      credits_held: 0,
      deleted: false,
      late_asset_id: null,
    },
  };
  const request: LoggedRequest = {
    ...{ at: 100, kind: 'create', method: 'POST', path: '/v1/videos/text2video', status: 200, faults: [] },
    body: '{"external_task_id":"a1"}',
  };
  return {
    told: [
      { order, key: 'k', answer: 'accepted', jobIds: ['j1'], again: [['j1']], refusal: null, tries: 2 },
      {
        ...{ order: { ...order, number: 2 }, key: null, answer: 'accepted' as const, jobIds: ['j2'] },
        ...none(1),
      },
      {
        ...{ order: { ...order, number: 3 }, key: null, answer: 'refused' as const, jobIds: [] },
        ...none(1),
      },
    ],
    jobs: [
      {
        ...{ ...job, job_id: 'j1', status: 'completed', order_number: 1 },
        ...{ credits_captured: 35, asset_id: 'm1' },
      },
      { ...job, job_id: 'j2', status: 'failed', order_number: 2, credits_captured: 0, asset_id: null },
    ],
    attempts: [
      { ...{ attempt_id: 'a1', job_id: 'j1', provider: 'kling', status: 'stored' }, ...priced('t1') },
      { ...{ attempt_id: 'a2', job_id: 'j2', provider: 'kling', status: 'failed' }, ...priced(null) },
    ],
    assets: [
      {
        ...{ asset_id: 'm1', job_id: 'j1', attempt_id: 'a1', object_key: 'attempts/a1/o' },
        ...{ poster_key: 'posters/m1.jpg', deleted: false, emptied: false },
      },
    ],
    holds: [
      { id: 'j1', state: 'captured', amount: 40, captured_amount: 35, resolutions: 1 },
      { id: 'j2', state: 'released', amount: 35, captured_amount: 0, resolutions: 1 },
    ],
    balances: [{ owner_id: 'u', granted: 100, available: 65, held: 0, captured: 35 }],
    ledgerProblems: [],
    events: ['j1', 'j2'].flatMap((job_id) => [
      { job_id, version: 1, status: 'queued' as const, late: false },
      {
        job_id,
        version: 2,
        status: job_id === 'j1' ? ('completed' as const) : ('failed' as const),
        late: false,
      },
    ]),
    tasks: [task('t1', 'a1')],
    requests: [request],
    callbacks: [callback('succeeded', 200), callback('succeeded', null), callback('/forged.mp4', 403)],
    simulatorFailures: 0,
    objects: ['attempts/a1/o', 'posters/m1.jpg', 'attempts/a2/left-by-a-killed-process'],
    dead: [],
    deadOutbox: 0,
    videos: new Map([['j1', null]]),
  };
}

const none = (tries: number) => ({ again: [], refusal: null, tries });
const priced = (vendor_task_id: string | null) => ({ vendor_task_id, price_credits: 35, error_code: null });
const task = (taskId: string, externalId: string): SimTask => ({
  ...{ taskId, externalId, account: 'a', status: 'succeeded', createdAt: 101, finishedAt: 200, cost: '2.5' },
});

const callback = (body: string, status: number | null): SentCallback => ({
  ...{ at: 150, url: 'http://127.0.0.1/webhooks/kling', id: 'msg_1', body, status },
});

/** The same run with one thing gone wrong. */
type Sabotage = (facts: Facts) => Partial<Facts>;

const first = <T>(items: readonly T[], change: Partial<T>): T[] =>
  items.map((item, index) => (index === 0 ? { ...item, ...change } : item));
const second = <T>(items: readonly T[], change: Partial<T>): T[] =>
  items.map((item, index) => (index === 1 ? { ...item, ...change } : item));

const SABOTAGES: readonly (readonly [rule: string, what: string, sabotage: Sabotage])[] = [
  ['accepted is kept', 'an accepted job is lost', ({ jobs }) => ({ jobs: jobs.slice(0, 1) })],
  [
    'asked twice is made once',
    'a key gives another job',
    ({ told }) => ({ told: first(told, { again: [['j9']] }) }),
  ],
  [
    'asked twice is made once',
    'a key makes two jobs',
    ({ jobs }) => ({ jobs: second(jobs, { order_number: 1 }) }),
  ],
  [
    'asked twice is made once',
    'a refused order has a job',
    ({ jobs }) => ({ jobs: second(jobs, { order_number: 3 }) }),
  ],
  ['every job ends', 'a job waits', ({ jobs }) => ({ jobs: second(jobs, { status: 'processing' }) })],
  [
    'every job ends',
    'a job is uncertain and its hold is gone',
    ({ jobs }) => ({ jobs: second(jobs, { status: 'submitted', conditions: ['uncertain'] }) }),
  ],
  [
    'no attempt goes on without its job',
    'an attempt runs on',
    ({ attempts }) => ({ attempts: second(attempts, { status: 'running' }) }),
  ],
  [
    'a task for an attempt',
    'a vendor makes a second task for the same attempt',
    ({ tasks }) => ({ tasks: [...tasks, task('t2', 'a1')] }),
  ],
  ['a task for an attempt', 'a task is for nobody', ({ tasks }) => ({ tasks: [...tasks, task('t3', 'a9')] })],
  [
    'a task for an attempt',
    'our row has another id',
    ({ attempts }) => ({ attempts: first(attempts, { vendor_task_id: 't8' }) }),
  ],
  [
    'a task for an attempt',
    'two attempts claim one task',
    ({ attempts }) => ({ attempts: second(attempts, { vendor_task_id: 't1' }) }),
  ],
  [
    'never sent again',
    'what was taken is sent again',
    ({ requests }) => ({ requests: [...requests, ...first(requests, { at: 900, status: 400 })] }),
  ],
  [
    'true callbacks are taken, forged ones are not',
    'a true one is refused',
    () => ({ callbacks: [callback('succeeded', 403)] }),
  ],
  [
    'true callbacks are taken, forged ones are not',
    'a forged one is taken',
    () => ({ callbacks: [callback('/forged.mp4', 200)] }),
  ],
  ['a video for a completed job', 'the asset is gone', () => ({ assets: [] })],
  [
    'a video for a completed job',
    'there are two',
    ({ assets }) => ({ assets: [...assets, ...first(assets, { asset_id: 'm2' })] }),
  ],
  ['a video for a completed job', 'it does not play', () => ({ videos: new Map([['j1', 'it is no MP4']]) })],
  ['a video for a completed job', 'nobody looked at it', () => ({ videos: new Map<string, null>() })],
  [
    'a late video is given',
    'it was never fetched',
    ({ attempts, tasks }) => ({
      attempts: second(attempts, { error_code: 'provider_timeout', vendor_task_id: 't2' }),
      tasks: [...tasks, task('t2', 'a2')],
      callbacks: [callback('{"task_id":"t2","task_status":"succeed"}', 200)],
    }),
  ],
  [
    'every credit is where it belongs',
    'a failed job is charged',
    ({ holds }) => ({ holds: second(holds, { state: 'captured', captured_amount: 35 }) }),
  ],
  [
    'every credit is where it belongs',
    "the price of another attempt's model is taken",
    ({ attempts }) => ({ attempts: first(attempts, { price_credits: 40 }) }),
  ],
  [
    'every credit is where it belongs',
    'a hold stays open',
    ({ holds }) => ({ holds: second(holds, { state: 'open', resolutions: 0 }) }),
  ],
  ['every credit is where it belongs', 'a job has no hold', ({ holds }) => ({ holds: holds.slice(0, 1) })],
  [
    'every credit is where it belongs',
    'credits vanish',
    ({ balances }) => ({ balances: first(balances, { available: 64 }) }),
  ],
  ['every credit is where it belongs', 'the ledger complains', () => ({ ledgerProblems: ['Account ...'] })],
  [
    'events in order, one end',
    'an end is told twice',
    ({ events }) => ({ events: [...events, ...events.slice(1, 2)] }),
  ],
  ['events in order, one end', 'an event is missing', ({ events }) => ({ events: events.slice(1) })],
  ['events in order, one end', 'they come out of order', ({ events }) => ({ events: events.toReversed() })],
  [
    'every object has a row',
    'an object of an unknown attempt',
    ({ objects }) => ({ objects: [...objects, 'attempts/a9/o'] }),
  ],
  [
    'every object has a row',
    'a poster without a video',
    ({ objects }) => ({ objects: [...objects, 'posters/m9.jpg'] }),
  ],
  ['every object has a row', 'a video is gone', () => ({ objects: [] })],
  [
    'every object has a row',
    'a deleted video is still there',
    ({ assets }) => ({ assets: first(assets, { deleted: true }) }),
  ],
  ['no dead letters', 'a message is given up', () => ({ deadOutbox: 1 })],
  ['no dead letters', 'the simulator fails itself', () => ({ simulatorFailures: 1 })],
];

it('finds nothing where all went well', () => {
  expect(findViolations(wellDone())).toEqual([]);
});

it.each(SABOTAGES)('%s: %s', (rule, _what, sabotage) => {
  const facts = wellDone();
  const found = findViolations({ ...facts, ...sabotage(facts) });
  expect(found.map((violation) => violation.rule)).toContain(rule);
});

it('has a sabotage for every rule', () => {
  const broken = new Set(SABOTAGES.map(([rule]) => rule));
  expect(Object.keys(RULES).filter((rule) => !broken.has(rule))).toEqual([]);
});
