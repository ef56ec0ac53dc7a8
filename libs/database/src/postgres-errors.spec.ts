import { AppError } from '@shotloom/kernel';
import { classifyPostgresFailure } from './postgres-errors';

const withCode = (code: string): Error => Object.assign(new Error('failed'), { code });

it.each([
  [withCode('40001'), 'conflict'],
  [withCode('40P01'), 'conflict'],
  [withCode('57P01'), 'connection'],
  [withCode('08006'), 'connection'],
  [withCode('ECONNREFUSED'), 'connection'],
  [new Error('Connection terminated unexpectedly'), 'connection'],
  [new Error('timeout exceeded when trying to connect'), 'exhausted'],
  [withCode('23505'), 'other'],
  [withCode('57014'), 'other'],
  [new Error('anything else'), 'other'],
  ['not even an error', 'other'],
])('%s is %s', (error, failure) => {
  expect(classifyPostgresFailure(error)).toBe(failure);
});

it('looks through what other code wrapped around it', () => {
  const wrapped = new AppError('internal', 'Could not save.', { cause: withCode('40P01') });
  expect(classifyPostgresFailure(wrapped)).toBe('conflict');
});
