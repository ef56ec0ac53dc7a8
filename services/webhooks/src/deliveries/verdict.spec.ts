import { judge, RETRIES, type CallResult } from './verdict';

const answered = (status: number, retryAfterMs?: number): CallResult & { kind: 'answered' } => ({
  ...{ kind: 'answered', status, text: '', retryAfterMs },
});

describe('what follows from a call', () => {
  it.each([200, 201, 204, 299])('%i is success', (status) => {
    expect(judge(answered(status), 1)).toEqual({ kind: 'delivered' });
  });

  it.each([199, 301, 307, 400, 401, 404, 429, 500, 503])('%i is tried again', (status) => {
    expect(judge(answered(status), 1)).toMatchObject({ kind: 'again' });
  });

  it('waits longer each time, ten calls in about a day', () => {
    const waits = Array.from({ length: RETRIES.maxAttempts - 1 }, (_, index) => {
      const verdict = judge(answered(500), index + 1, 0);
      return verdict.kind === 'again' ? verdict.waitMs / 1_000 : NaN;
    });
    expect(waits).toEqual([15, 45, 135, 405, 1_215, 3_645, 10_935, 32_805, 43_200]);
    expect(waits.reduce((sum, wait) => sum + wait, 0) / 3_600).toBeCloseTo(25.7, 1);
    expect(judge(answered(500), RETRIES.maxAttempts)).toMatchObject({ kind: 'failed', isGone: false });
  });

  it('is up to a fifth sooner, so that what failed together does not come back together', () => {
    expect(judge(answered(500), 1, 1)).toMatchObject({ waitMs: 12_000 });
  });

  it('waits as long as it was asked to, and never less than by itself', () => {
    expect(judge(answered(429, 600_000), 1, 0)).toMatchObject({ waitMs: 600_000 });
    expect(judge(answered(503, 1_000), 3, 0)).toMatchObject({ waitMs: 135_000 });
  });

  it('takes 410 at its word, at the first call', () => {
    expect(judge(answered(410), 1)).toMatchObject({ kind: 'failed', isGone: true });
  });

  it('says that redirects are not followed', () => {
    expect(judge(answered(302), 1)).toMatchObject({
      reason: expect.stringContaining('redirects are not followed') as string,
    });
  });

  it('tries again where no answer came', () => {
    expect(judge({ kind: 'unanswered', reason: 'No.' }, 9, 0)).toEqual({
      ...{ kind: 'again', waitMs: 43_200_000, reason: 'No.' },
    });
  });
});
