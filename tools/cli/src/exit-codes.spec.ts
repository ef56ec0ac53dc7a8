import { ShotloomError, type ShotloomErrorCode } from '@shotloom/sdk';
import { exitCodeOf, UsageError } from './exit-codes';

const answer = (code: ShotloomErrorCode, status: number) => new ShotloomError(code, 'No.', { status });

it.each([
  [new UsageError('x'), 2],
  [answer('invalid_input', 422), 2],
  [answer('not_found', 404), 2],
  [answer('unauthorized', 401), 3],
  [answer('forbidden', 403), 3],
  [answer('insufficient_credits', 402), 4],
  [answer('network_error', 0), 5],
  [answer('rate_limited', 429), 5],
  [answer('unavailable', 503), 5],
  [answer('internal', 500), 6],
  [new TypeError('x is not a function'), 6],
])('%s ends with %i', (error, code) => expect(exitCodeOf(error)).toBe(code));
