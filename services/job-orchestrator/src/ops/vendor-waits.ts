import { PROVIDERS, providerSpec, type AttemptStatus } from '@shotloom/contracts';

/** Vendors that can be asked for a task by our own id after a lost answer. */
export const LOOKUP_PROVIDERS: readonly string[] = PROVIDERS.filter(({ poll }) => poll?.lookup === true).map(
  ({ id }) => id,
);

/** Whether an attempt must have a timer: without one nobody would ever ask its vendor. */
export function mustBeAsked(attempt: {
  readonly kind: 'lease' | 'poll';
  readonly status: AttemptStatus;
  readonly provider: string;
}): boolean {
  if (attempt.kind !== 'poll') return false;
  if (attempt.status === 'uncertain') return providerSpec(attempt.provider).poll?.lookup === true;
  return attempt.status === 'submitted' || attempt.status === 'running';
}
