import { AppError, type FieldError } from '@shotloom/kernel';
import type { Resolved } from './generation';

/** What is shown of one answer: beyond that nobody reads it. */
const MOST_TOLD = 100;

/**
 * The requests of a list, all resolved. Throws where one is wrong, with every field that is, named by its place in the list. `fieldOf`
 * gives the name of a field of the list's own words for one of a request.
 */
export function allResolved(
  results: readonly (Resolved | AppError)[],
  fieldOf: (index: number, field: string) => string,
): readonly Resolved[] {
  const fields: FieldError[] = [];
  const errors: AppError[] = [];
  const resolved: Resolved[] = [];
  for (const [index, result] of results.entries()) {
    if (!(result instanceof AppError)) {
      resolved.push(result);
      continue;
    }
    errors.push(result);
    // Nothing of the list is to blame, so it is thrown as it is.
    if (result.fields === undefined) throw result;
    fields.push(...result.fields.map(({ field, reason }) => ({ field: fieldOf(index, field), reason })));
  }
  const [first] = errors;
  if (!first) return resolved;
  const message =
    errors.length === 1 ? first.message : `${errors.length} of ${results.length} cannot be made as they are.`;
  // A source that is missing is a mistake in this list, and not in the address.
  const code = errors.every(({ code }) => code === 'unsupported_by_model')
    ? 'unsupported_by_model'
    : 'invalid_input';
  throw new AppError(code, message, { fields: fields.slice(0, MOST_TOLD) });
}
