/** What a failed statement means for the transaction around it. */
export type PostgresFailure = 'conflict' | 'connection' | 'exhausted' | 'other';

/** Deadlock and serialization failure: the same work may well pass the next time. */
const CONFLICT_STATES = new Set(['40001', '40P01']);
const NETWORK_CODES = new Set([
  'ECONNRESET',
  'ECONNREFUSED',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
]);
/** `pg` gives these no code. */
const LOST_CONNECTION = /^(Connection terminated|Client has encountered a connection error)/;
const POOL_TIMEOUT = /timeout exceeded when trying to connect/;
const MAX_CAUSES = 5;

/** Classifies an error of `pg`, also when other code wrapped it. */
export function classifyPostgresFailure(thrown: unknown): PostgresFailure {
  let error = thrown;
  for (let depth = 0; depth < MAX_CAUSES && error instanceof Error; depth += 1) {
    const failure = classifyOne(error);
    if (failure !== 'other') return failure;
    error = error.cause;
  }
  return 'other';
}

function classifyOne(error: Error): PostgresFailure {
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  if (CONFLICT_STATES.has(code)) return 'conflict';
  // Class 08: connection exceptions; 57P01 to 57P03: the server shuts down, crashed or starts up.
  if (NETWORK_CODES.has(code) || /^(08...|57P0[123])$/.test(code)) return 'connection';
  if (POOL_TIMEOUT.test(error.message)) return 'exhausted';
  return LOST_CONNECTION.test(error.message) ? 'connection' : 'other';
}
