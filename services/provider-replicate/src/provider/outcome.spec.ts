import { readPrediction } from './outcome';
import { progressOf } from './progress';

it.each([
  ['', null],
  ['loading weights', null],
  ['Using seed: 3\n  0%|          | 0/25 [00:00<?, ?it/s]\r 42%|████▏     | 10/25 [00:05<00:07]', 0.42],
  ['100%|██████████| 25/25 [00:10<00:00]\nDecoding:  30%|███       | 3/10', 0.3],
  ['120%|############| 30/25', 1],
  ['it is 50% done | maybe', null],
])('reads how far it is from %j', (logs, progress) => {
  expect(progressOf(logs)).toBe(progress);
});

const prediction = (more: object) =>
  readPrediction({ id: 'p1', status: 'succeeded', output: 'https://x.example/a.mp4', ...more });

it('takes one address or a list of them, as the model likes', () => {
  expect(prediction({})?.outcome).toMatchObject({ videos: [{ url: 'https://x.example/a.mp4' }], cost: null });
  const output = ['https://x.example/a.mp4', 'https://x.example/b.mp4'];
  expect(prediction({ output })?.outcome).toMatchObject({ kind: 'succeeded', videos: [{}, {}] });
});

it.each([
  [{ output: [] }],
  [{ output: 'a.mp4' }],
  [{ output: { video: 'https://x.example/a.mp4' } }],
  [{ output: null }],
])('does not end an attempt for a success with %j', (more) => {
  expect(prediction(more)?.outcome.kind).toBe('unreadable');
});

it.each(['canceled', 'aborted'])('takes %s for a stop, which is not tried again', (status) => {
  expect(prediction({ status, output: null })).toMatchObject({
    ...{ stopped: true, outcome: { kind: 'failed', error: { retryable: false } } },
  });
});
