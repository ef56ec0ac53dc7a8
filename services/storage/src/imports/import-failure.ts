import { FetchFailure } from '@shotloom/guarded-http';
import { AppError, type ErrorRecord } from '@shotloom/kernel';
import type { ImportFailureReason } from '../metrics';

/** Why an import gave nothing, in the words that metrics and problems use. */
export function reasonOf(error: AppError): ImportFailureReason {
  if (error instanceof FetchFailure) {
    const names = { refused: 'refused', ended: 'not_there', too_large: 'too_large' } as const;
    return error.kind in names ? names[error.kind as keyof typeof names] : 'unavailable';
  }
  switch (error.code) {
    case 'payload_too_large':
      return 'too_large';
    case 'media_invalid':
      return 'wrong_type';
    case 'conflict':
      return 'no_room';
    case 'unavailable':
      return 'unavailable';
    default:
      return 'internal';
  }
}

/** As its user is told: what we did not expect says nothing of our inside. */
export function reportOf(error: AppError, reason: ImportFailureReason): ErrorRecord {
  const field = (said: string) => [{ field: 'url', reason: said }];
  if (reason === 'internal') {
    return new AppError('unavailable', 'The file could not be imported now; try again.').toRecord();
  }
  const code = reason === 'not_there' ? 'invalid_input' : error.code;
  const details = { ...error.details, reason: error.details?.['reason'] ?? `import_${reason}` };
  return new AppError(code, error.message, { fields: field(error.message), details }).toRecord();
}
