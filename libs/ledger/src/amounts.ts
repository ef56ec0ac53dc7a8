import { AppError, credits, type Credits } from '@shotloom/kernel';

/** A whole number of zero or more. Throws `AppError('invalid_input')` for the field otherwise. */
export function checkAmount(amount: number, field = 'amount'): Credits {
  try {
    return credits(amount);
  } catch (error) {
    const reason = 'Must be a whole number of credits, zero or more.';
    throw new AppError('invalid_input', `Not an amount of credits: ${amount}.`, {
      fields: [{ field, reason }],
      cause: error,
    });
  }
}

/** A whole number of one or more. Throws `AppError('invalid_input')` for the field otherwise. */
export function checkPositiveAmount(amount: number, field = 'amount'): Credits {
  const checked = checkAmount(amount, field);
  if (checked > 0) return checked;
  const reason = 'Must be one credit or more.';
  throw new AppError('invalid_input', 'Zero credits cannot be moved.', { fields: [{ field, reason }] });
}
