import type { SimReply } from '../core/sim-http';

/** The vendor's table. It has no codes of its own: the HTTP status is the code. -> usual words. */
export const RUNWAY_ERROR_TABLE = {
  400: 'Validation of body failed',
  401: 'The provided API key is not valid.',
  404: 'The requested resource was not found.',
  405: 'Method not allowed.',
  429: 'You have reached the daily limit of generations for this model.',
  500: 'Internal server error.',
  502: 'Runway is shedding load.',
  503: 'Runway is shedding load.',
  504: 'Runway is overloaded.',
} as const satisfies Record<number, string>;

export type RunwayStatus = keyof typeof RUNWAY_ERROR_TABLE;
export const isRunwayStatus = (status: number): status is RunwayStatus => status in RUNWAY_ERROR_TABLE;

export interface RunwayIssue {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

/** An error of the vendor, thrown by its checks. */
export class RunwayError extends Error {
  constructor(
    readonly status: RunwayStatus,
    readonly words: string = RUNWAY_ERROR_TABLE[status],
    readonly issues: readonly RunwayIssue[] = [],
  ) {
    super(words);
  }

  toReply(): SimReply {
    const { status, words, issues } = this;
    const more =
      issues.length === 0 ? {} : { issues, docUrl: 'https://docs.dev.runwayml.com/errors/errors/' };
    return { status, body: { error: words, ...more } };
  }
}

export const invalid = (field: string, message: string): RunwayError =>
  new RunwayError(400, RUNWAY_ERROR_TABLE[400], [{ path: [field], message }]);

/** Why a task failed: code -> whether its credits come back. */
export const FAILURE_CODES = {
  'SAFETY.INPUT.TEXT': false,
  'SAFETY.INPUT.IMAGE': false,
  'SAFETY.OUTPUT.VIDEO': true,
  'INPUT_PREPROCESSING.SAFETY.TEXT': true,
  'INPUT_PREPROCESSING.INTERNAL': true,
  INTERNAL: true,
  'INTERNAL.BAD_OUTPUT.CODE01': true,
  'ASSET.INVALID': true,
  'THIRD_PARTY.UNAVAILABLE': true,
} as const satisfies Record<string, boolean>;

/** `<CODE>: <words>` is a scripted failure with its code; other words are `INTERNAL`. */
export function failureOf(message: string): { failureCode: string; failure: string; isRefunded: boolean } {
  const [, code = 'INTERNAL', words = message] = /^([A-Z_0-9]+(?:\.[A-Z_0-9]+)*): (.+)$/s.exec(message) ?? [];
  const isRefunded = Object.hasOwn(FAILURE_CODES, code)
    ? FAILURE_CODES[code as keyof typeof FAILURE_CODES]
    : true;
  return { failureCode: code, failure: words, isRefunded };
}
