import type * as contracts from '@shotloom/contracts';

/**
 * The few constants of the contracts that are needed at run time. They are written out again so that no schema library
 * comes along; the types are the contracts' own literals, so a value that drifts does not compile.
 */
export const SOCKET_PROTOCOL: typeof contracts.SOCKET_PROTOCOL = 'shotloom.v1';
export const SOCKET_KEY_PREFIX: typeof contracts.SOCKET_KEY_PREFIX = 'shotloom.key.';
export const CSRF_HEADER: typeof contracts.CSRF_HEADER = 'x-shotloom-csrf';
export const JOB_STATUSES: typeof contracts.JOB_STATUSES = [
  'draft',
  'queued',
  'submitted',
  'processing',
  'storing',
  'completed',
  'failed',
  'cancelled',
];
