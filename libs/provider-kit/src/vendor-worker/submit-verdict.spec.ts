import { AppError } from '@shotloom/kernel';
import { judgeFailure, refusedBefore } from './submit-verdict';

const judge = (thrown: unknown) => judgeFailure(thrown, 'kling', ['sk-very-secret']);

it('takes a typed refusal for one, with its provider', () => {
  const verdict = judge(new AppError('provider_rate_limited', 'Slow down.', { retryable: true }));
  expect(verdict).toMatchObject({
    kind: 'refused',
    error: { code: 'provider_rate_limited', retryable: true, provider: 'kling', outcome: 'refused' },
  });
});

it.each(['unknown', 'accepted'] as const)('takes an error with the outcome %s for uncertain', (outcome) => {
  const verdict = judge(new AppError('submit_unknown', 'Lost.', { outcome }));
  expect(verdict).toMatchObject({ kind: 'uncertain', error: { code: 'submit_unknown', outcome } });
});

it.each([new TypeError('x is undefined: sk-very-secret'), 'sk-very-secret', undefined])(
  'takes what is no typed error for uncertain, and keeps keys out of it (%s)',
  (thrown) => {
    const verdict = judge(thrown);
    expect(verdict).toMatchObject({
      kind: 'uncertain',
      error: { code: 'submit_unknown', outcome: 'unknown', retryable: false },
    });
    expect(JSON.stringify(verdict.kind === 'uncertain' && verdict.error.toRecord())).not.toContain('sk-very');
  },
);

it('does not call a job cancelled because its worker was stopped', () => {
  const verdict = judge(new AppError('cancelled', 'The call was stopped.', { retryable: true }));
  expect(verdict).toMatchObject({ kind: 'refused', error: { code: 'unavailable', retryable: true } });
});

it('knows that nothing was bought before the vendor was called, whatever broke', () => {
  const silent = new AppError('unavailable', 'No answer.', { outcome: 'unknown', retryable: true });
  expect(refusedBefore(silent, 'kling')).toMatchObject({
    kind: 'refused',
    error: { code: 'unavailable', outcome: 'refused', retryable: true, provider: 'kling' },
  });
  expect(refusedBefore(new Error('disk'), 'kling')).toMatchObject({
    kind: 'refused',
    error: { code: 'internal', outcome: 'refused', retryable: true },
  });
});
