import { NotFoundException } from '@nestjs/common';
import { AppError } from '@shotloom/kernel';
import { toHttpFailure } from './failure';

const fastifyError = (statusCode: number, message: string): Error =>
  Object.assign(new Error(message), { statusCode, code: 'FST_SOMETHING' });

describe('toHttpFailure', () => {
  it('keeps an error of ours, with the status of its code', () => {
    const error = new AppError('insufficient_credits', 'Not enough.');
    expect(toHttpFailure(error)).toEqual({ error, status: 402 });
  });

  it.each([
    [fastifyError(400, 'Body is not valid JSON'), 'invalid_input', 400],
    [fastifyError(413, 'Request body is too large'), 'payload_too_large', 413],
    [fastifyError(415, 'Unsupported Media Type'), 'invalid_input', 415],
    [fastifyError(410, 'Nothing waits for it any more'), 'not_found', 410],
    [fastifyError(503, 'Service Unavailable'), 'unavailable', 503],
    [new NotFoundException('Cannot GET /x'), 'not_found', 404],
  ])('gives %s a code and keeps its status', (thrown, code, status) => {
    const failure = toHttpFailure(thrown);
    expect(failure).toMatchObject({ status, error: { code } });
    expect(failure.error.message).toMatch(/\.$/);
  });

  it.each([
    Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' }),
    Object.assign(new Error('terminating connection'), { code: '57P01' }),
    new Error('Connection terminated unexpectedly'),
  ])('takes %s for a matter of a moment', (thrown) =>
    expect(toHttpFailure(thrown)).toMatchObject({
      status: 503,
      error: { code: 'unavailable', retryAfterMs: 1_000 },
    }),
  );

  it('tells the limit with a body that is too large', () => {
    expect(toHttpFailure(fastifyError(413, 'x')).error.details).toEqual({ max_bytes: 262_144 });
  });

  it.each([new Error('boom'), fastifyError(500, 'boom'), 'boom', undefined])(
    'treats %s as a failure of ours',
    (thrown) => expect(toHttpFailure(thrown)).toMatchObject({ status: 500, error: { code: 'internal' } }),
  );
});
