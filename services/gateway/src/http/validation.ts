import { StandardSchemaValidationPipe } from '@nestjs/common';
import { AppError, type FieldError } from '@shotloom/kernel';

type PathStep = PropertyKey | { readonly key: PropertyKey };

/** The part of a zod issue that is read here; Standard Schema guarantees the first two. */
export interface SchemaIssue {
  readonly message: string;
  readonly path?: readonly PathStep[] | undefined;
  readonly code?: unknown;
  readonly keys?: unknown;
}

/** Checks bodies and queries that name their schema, and reports everything that is wrong with them at once. */
export function validationPipe(): StandardSchemaValidationPipe {
  return new StandardSchemaValidationPipe({ exceptionFactory: (issues) => invalidInput(issues) });
}

export function invalidInput(issues: readonly SchemaIssue[]): AppError {
  const fields = issues.flatMap(toFields);
  const [first] = fields;
  const message =
    fields.length === 1 && first
      ? `${first.field}: ${first.reason}`
      : `${fields.length} fields are not valid: ${fields.map(({ field }) => field).join(', ')}.`;
  return new AppError('invalid_input', message, { fields });
}

function toFields(issue: SchemaIssue): FieldError[] {
  const path = (issue.path ?? []).map((step) => String(typeof step === 'object' ? step.key : step));
  if (issue.code === 'unrecognized_keys' && Array.isArray(issue.keys)) {
    return issue.keys.map((key) => ({
      field: [...path, String(key)].join('.'),
      reason: 'This field is not known here; remove it.',
    }));
  }
  return [{ field: path.join('.') || 'body', reason: sentence(issue.message) }];
}

function sentence(message: string): string {
  if (message.endsWith('received undefined')) return 'This field is required.';
  return /[.!?]$/.test(message) ? message : `${message}.`;
}
