import { AppError, isId } from '@shotloom/kernel';

/** An id from a path. What cannot be an id is not looked up: it is not there. Throws `not_found`. */
export function pathId(what: string, id: string): string {
  if (!isId(id)) throw notFound(what, id);
  return id;
}

/** Also where it belongs to somebody else: the two look the same from outside. */
export function notFound(what: string, id: string): AppError {
  return new AppError('not_found', `There is no ${what} ${id.slice(0, 64)}.`);
}
