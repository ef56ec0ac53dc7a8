import { AppError } from './errors';

it('survives a wire without its cause', () => {
  const error = new AppError('provider_failed', 'The engine broke.', {
    retryable: true,
    vendorCode: '1027',
    cause: new Error('secret'),
  });
  const back = AppError.fromRecord(
    JSON.parse(JSON.stringify(error.toRecord())) as ReturnType<AppError['toRecord']>,
  );
  expect(back.toRecord()).toEqual(error.toRecord());
  expect(JSON.stringify(error.toRecord())).not.toContain('secret');
});

it('takes the unknown for a fault of ours that another try may mend', () => {
  expect(AppError.from(new TypeError('x is not a function'))).toMatchObject({
    code: 'internal',
    retryable: true,
    outcome: 'unknown',
  });
  const known = new AppError('not_found', 'No.');
  expect(AppError.from(known)).toBe(known);
});
