import { StandardSchemaValidationPipe, type ArgumentMetadata } from '@nestjs/common';
import { AppError, type FieldError } from '@shotloom/kernel';

type PathStep = PropertyKey | { readonly key: PropertyKey };

/** The part of a zod issue that is read here; Standard Schema guarantees the first two. */
export interface SchemaIssue {
  readonly message: string;
  readonly path?: readonly PathStep[] | undefined;
  readonly code?: unknown;
  readonly keys?: unknown;
}

/** Fields in the sentence, and fields in the answer: a list may have thousands that are wrong. */
const MOST_NAMED = 20;
const MOST_TOLD = 100;

/** Checks bodies and queries that name their schema, and reports everything that is wrong with them at once. */
export function validationPipe(): StandardSchemaValidationPipe {
  return new TextCheckingPipe({ exceptionFactory: (issues) => invalidInput(issues) });
}

/** Also refuses text that no schema minds and Postgres does not take, wherever it is. */
class TextCheckingPipe extends StandardSchemaValidationPipe {
  override async transform<T>(value: T, metadata: ArgumentMetadata): Promise<T> {
    const checked = await super.transform(value, metadata);
    const isPath = metadata.type === 'param';
    const issues = isPath || metadata.schema !== undefined ? unstorableText(checked, []) : [];
    if (issues.length === 0) return checked;
    throw isPath ? new AppError('not_found', 'There is nothing at this address.') : invalidInput(issues);
  }
}

/** NUL, and halves of a surrogate pair: neither `text` nor `jsonb` can hold them. */
export function unstorableText(value: unknown, path: readonly PropertyKey[]): SchemaIssue[] {
  if (typeof value === 'string') {
    if (!value.includes('\u0000') && value.isWellFormed()) return [];
    return [{ path, message: 'Must not hold the character NUL or half of a surrogate pair.' }];
  }
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, field]) => [
    ...unstorableText(key, path),
    ...unstorableText(field, [...path, key]),
  ]);
}

export function invalidInput(issues: readonly SchemaIssue[]): AppError {
  const fields = issues.flatMap(toFields);
  const [first] = fields;
  const named = fields.slice(0, MOST_NAMED).map(({ field }) => field);
  const message =
    fields.length === 1 && first
      ? `${first.field}: ${first.reason}`
      : `${fields.length} fields are not valid: ${named.join(', ')}${fields.length > MOST_NAMED ? ' ...' : '.'}`;
  return new AppError('invalid_input', message, { fields: fields.slice(0, MOST_TOLD) });
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
