import { AppError, ERROR_CODES } from '@shotloom/kernel';
import { httpStatus, toProblem } from './problem';

it('gives every code a status', () => {
  for (const code of ERROR_CODES) expect(httpStatus(code)).toBeGreaterThanOrEqual(400);
});

it('hides the message of what went wrong inside, and gives the id to find it', () => {
  const problem = toProblem(
    new AppError('internal', 'password is hunter2', { details: { sql: 'hunter2' } }),
    'e-1',
  );
  expect(JSON.stringify(problem)).not.toContain('hunter2');
  expect(problem).toMatchObject({ status: 500, error_id: 'e-1' });
});

it('shows fields and details of what the caller can mend', () => {
  const fields = [{ field: 'prompt', reason: 'Say something.' }];
  const problem = toProblem(new AppError('invalid_input', 'Bad.', { fields, details: { limit: 3 } }));
  expect(problem).toMatchObject({ status: 422, errors: fields, limit: 3, detail: 'Bad.' });
});
