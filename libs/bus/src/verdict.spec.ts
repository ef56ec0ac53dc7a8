import { AppError } from '@shotloom/kernel';
import type { ConsumerSpec } from '@shotloom/contracts';
import { DeadLetter, RetryLater } from './errors';
import { backoffAfter, verdictFor } from './verdict';

const spec: ConsumerSpec = {
  stream: 'WORK',
  durable: 'worker',
  filter: 'work.>',
  ackWaitMs: 1_000,
  maxDeliver: 4,
  backoffMs: [100, 1_000],
  contracts: [],
};
const retryable = new AppError('unavailable', 'later', { retryable: true, retryAfterMs: 5_000 });
const final = new AppError('not_found', 'gone');

describe('what becomes of a failed delivery', () => {
  it.each([
    ['an unknown error', new Error('x'), 1, { kind: 'retry', delayMs: 100 }],
    ['an unknown error later', new Error('x'), 3, { kind: 'retry', delayMs: 1_000 }],
    ['an error on the last delivery', new Error('x'), 4, { kind: 'dead', deadKind: 'exhausted' }],
    ['an AppError worth a retry', retryable, 1, { kind: 'retry', delayMs: 5_000 }],
    [
      'an AppError that is final',
      final,
      1,
      { kind: 'dead', deadKind: 'rejected', reason: 'not_found: gone' },
    ],
    ['DeadLetter', new DeadLetter('poison'), 1, { kind: 'dead', deadKind: 'rejected', reason: 'poison' }],
    ['RetryLater', new RetryLater('not yet', 7), 1, { kind: 'retry', delayMs: 7 }],
    ['RetryLater without a time', new RetryLater('not yet'), 2, { kind: 'retry', delayMs: 1_000 }],
    [
      'RetryLater on the last delivery',
      new RetryLater('not yet', 7),
      4,
      { kind: 'dead', deadKind: 'exhausted' },
    ],
    ['something thrown that is no error', 'text', 1, { kind: 'retry', delayMs: 100 }],
  ])('after %s', (_name, error, deliveryCount, expected) => {
    expect(verdictFor(error, spec, deliveryCount, 0)).toMatchObject(expected);
  });

  it('spreads retries by up to a fifth, and has a wait even when none is given', () => {
    expect(backoffAfter(spec, 2, 1)).toBe(800);
    expect(backoffAfter({ ...spec, backoffMs: [] }, 1, 0)).toBe(1_000);
  });
});
