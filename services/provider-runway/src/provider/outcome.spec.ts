import { systemClock } from '@shotloom/kernel';
import { readTask } from './outcome';

const task = (more: object) =>
  readTask({ id: 't1', createdAt: '2026-11-27T00:00:00Z', ...more }, 't1', systemClock);

it.each([
  [0.42, 0.42],
  [1, 1],
  [42, 0.42],
  [-1, null],
  ['half', null],
])('takes the progress %j for %j', (progress, share) => {
  expect(task({ status: 'RUNNING', progress })).toEqual({
    kind: 'running',
    phase: 'running',
    progress: share,
  });
});

it('takes a failure without a code for bad luck', () => {
  expect(task({ status: 'FAILED', failure: 'it broke' })).toMatchObject({
    ...{ kind: 'failed', error: { code: 'provider_failed', retryable: true }, cost: null },
  });
});

it('does not end an attempt by what is said of another task, or by a stop that it does not know', () => {
  expect(readTask({ id: 't2', status: 'FAILED' }, 't1', systemClock).kind).toBe('unreadable');
  expect(task({ status: 'CANCELED' })).toEqual({ kind: 'unknownStatus', word: 'CANCELED' });
  expect(task({ status: 'CANCELLED' })).toMatchObject({ kind: 'failed', error: { retryable: false } });
});
