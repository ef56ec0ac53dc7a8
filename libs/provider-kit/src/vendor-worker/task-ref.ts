import { operationSchema, type VendorTaskRef } from '@shotloom/contracts';
import { AppError } from '@shotloom/kernel';
import type { TaskRef } from '../vendor';

/** The task as adapters know it. Throws `invalid_input` for an operation of a newer release. */
export function readTaskRef(ref: VendorTaskRef): TaskRef {
  const operation = operationSchema.safeParse(ref.operation);
  if (!operation.success) {
    throw new AppError('invalid_input', `This release does not know the operation ${ref.operation}.`);
  }
  const { attemptId, externalTaskId, vendorTaskId } = ref;
  return { attemptId, externalTaskId, vendorTaskId, operation: operation.data };
}
