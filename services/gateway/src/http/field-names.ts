import { AppError } from '@shotloom/kernel';

/** Does the work; where it is refused, the fields have the names that this route's clients gave them: `names` is ours to theirs. */
export async function withFieldNames<T>(
  names: Readonly<Record<string, string>>,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw error instanceof AppError ? renamed(error, names) : error;
  }
}

function renamed(error: AppError, names: Readonly<Record<string, string>>): AppError {
  if (error.fields === undefined) return error;
  const fields = error.fields.map(({ field, reason }) => ({ field: names[field] ?? field, reason }));
  const { code, message, ...options } = error.toRecord();
  const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
  return new AppError(code, message, { ...given, fields, cause: error });
}
