import type { attemptFailedV1, PayloadOf } from '@shotloom/contracts';
import type { AppError } from '@shotloom/kernel';

/** Characters: what a vendor says may be a whole page, and a message has a limit. */
const LONGEST_TEXT = 2_000;

/** The record as the contracts have it: mutable lists, no keys without a value, no endless texts. */
export function errorPayload(error: AppError): PayloadOf<typeof attemptFailedV1>['error'] {
  const { fields, details, message, vendorMessage, ...rest } = error.toRecord();
  return {
    ...rest,
    message: message.slice(0, LONGEST_TEXT),
    ...(vendorMessage === undefined ? {} : { vendorMessage: vendorMessage.slice(0, LONGEST_TEXT) }),
    ...(fields ? { fields: [...fields] } : {}),
    ...(details ? { details: { ...details } } : {}),
  };
}
