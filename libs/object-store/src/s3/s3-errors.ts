import { AppError } from '@shotloom/kernel';
import { errorCode } from '../error-code';

const MISSING = ['NoSuchKey', 'NotFound', 'NoSuchUpload'];
const REFUSED = [
  'AccessDenied',
  'InvalidAccessKeyId',
  'SignatureDoesNotMatch',
  'AuthorizationHeaderMalformed',
];

/** True if the server said that the object (or upload) is not there. */
export const isMissingObject = (error: unknown): boolean => MISSING.includes(errorCode(error) ?? '');

/** Says in our words what the server, or the way to it, has answered. */
export function translateS3Error(error: unknown, key: string): AppError {
  if (error instanceof AppError) return error;
  const code = errorCode(error) ?? 'unknown';
  const options = { cause: error, vendorCode: code };
  if (isMissingObject(error)) return new AppError('not_found', `There is no object "${key}".`, options);
  if (code === 'InvalidRange') {
    return new AppError('invalid_input', `The byte range is outside of the object "${key}".`, options);
  }
  if (REFUSED.includes(code)) {
    return new AppError('unavailable', `The object store refused our credentials (${code}).`, options);
  }
  if (code === 'NoSuchBucket')
    return new AppError('unavailable', 'The bucket does not exist. Create it first.', options);
  const message = `The object store did not answer as it should (${code}).`;
  return new AppError('unavailable', message, { ...options, retryable: true, outcome: 'unknown' });
}
