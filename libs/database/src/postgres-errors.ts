import { isStalePlan } from './statement-names';

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
  for (let depth = 0; depth < MAX_CAUSES && isObject(error); depth += 1) {
    const failure = classifyOne(error);
    if (failure !== 'other') return failure;
    error = error['cause'];
  }
  return 'other';
}

/** Not `instanceof Error`: a socket's error may come from another realm than this code. */
function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

function classifyOne(error: Readonly<Record<string, unknown>>): PostgresFailure {
  const code = textOf(error['code']);
  const message = textOf(error['message']);
  // A migration changed what a prepared statement answers; it was given another name, so the next try passes.
  if (CONFLICT_STATES.has(code) || isStalePlan(error)) return 'conflict';
  // Class 08: connection exceptions; 57P01 to 57P03: the server shuts down, crashed or starts up.
  if (NETWORK_CODES.has(code) || /^(08...|57P0[123])$/.test(code)) return 'connection';
  if (POOL_TIMEOUT.test(message)) return 'exhausted';
  return LOST_CONNECTION.test(message) ? 'connection' : 'other';
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
