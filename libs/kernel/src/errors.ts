import { storableText } from './storable-text';

/**
 * The one error vocabulary of the platform (design, section 5). Adapters translate vendors' codes into these;
 * nobody else knows a vendor's code.
 */
export const ERROR_CODES = [
  'invalid_input',
  'unsupported_by_model',
  'content_rejected',
  'insufficient_credits',
  'rate_limited',
  'provider_auth_failed',
  'provider_quota_exhausted',
  'provider_rate_limited',
  'provider_unavailable',
  'provider_failed',
  'provider_timeout',
  'ingest_failed',
  'media_invalid',
  'submit_unknown',
  'cancelled',
  'unauthorized',
  'not_found',
  'forbidden',
  'conflict',
  'gone',
  'payload_too_large',
  'unavailable',
  'internal',
] as const;
export type ErrorCode = (typeof ERROR_CODES)[number];

/** What the other side did with the call: took it, refused it, or we cannot know. */
export type CallOutcome = 'accepted' | 'refused' | 'unknown';

/** One thing wrong with one field of the caller's input. */
export interface FieldError {
  /** Path in dot notation, for example `aspect_ratio` or `shots.0.prompt`. */
  readonly field: string;
  /** A sentence that says what is wrong and what would be right. */
  readonly reason: string;
}

export interface AppErrorOptions {
  readonly retryable?: boolean;
  readonly chargeable?: boolean;
  readonly outcome?: CallOutcome;
  readonly fields?: readonly FieldError[];
  readonly provider?: string;
  readonly vendorCode?: string;
  readonly vendorMessage?: string;
  /** Milliseconds after which another try makes sense, where the other side said so. */
  readonly retryAfterMs?: number;
  /** Facts for logs and problem details; never secrets. */
  readonly details?: Readonly<Record<string, unknown>>;
  readonly cause?: unknown;
}

/** The error as it crosses a wire or is kept in a row: plain JSON, no stack, no cause. */
export interface ErrorRecord {
  readonly code: ErrorCode;
  readonly message: string;
  readonly retryable: boolean;
  readonly chargeable: boolean;
  readonly outcome: CallOutcome;
  readonly fields?: readonly FieldError[] | undefined;
  readonly provider?: string | undefined;
  readonly vendorCode?: string | undefined;
  readonly vendorMessage?: string | undefined;
  readonly retryAfterMs?: number | undefined;
  readonly details?: Readonly<Record<string, unknown>> | undefined;
}

/** Every failure that we know the meaning of. The message says what happened and what to do. */
export class AppError extends Error {
  readonly code: ErrorCode;
  readonly retryable: boolean;
  readonly chargeable: boolean;
  readonly outcome: CallOutcome;
  readonly fields: readonly FieldError[] | undefined;
  readonly provider: string | undefined;
  readonly vendorCode: string | undefined;
  readonly vendorMessage: string | undefined;
  readonly retryAfterMs: number | undefined;
  readonly details: Readonly<Record<string, unknown>> | undefined;

  constructor(code: ErrorCode, message: string, options: AppErrorOptions = {}) {
    super(storableText(message), options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'AppError';
    this.code = code;
    this.retryable = options.retryable ?? false;
    this.chargeable = options.chargeable ?? false;
    this.outcome = options.outcome ?? 'refused';
    this.fields = options.fields;
    this.provider = options.provider;
    this.vendorCode = options.vendorCode && storableText(options.vendorCode);
    this.vendorMessage = options.vendorMessage && storableText(options.vendorMessage);
    this.retryAfterMs = options.retryAfterMs;
    this.details = options.details;
  }

  /** Plain JSON for wires and rows. */
  toRecord(): ErrorRecord {
    const { code, message, retryable, chargeable, outcome, fields, provider } = this;
    const { vendorCode, vendorMessage, retryAfterMs, details } = this;
    const record = {
      code,
      message,
      retryable,
      chargeable,
      outcome,
      fields,
      provider,
      vendorCode,
      vendorMessage,
    };
    return { ...record, retryAfterMs, details };
  }

  static fromRecord(record: ErrorRecord): AppError {
    const { code, message, ...options } = record;
    const present = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
    return new AppError(code, message, present);
  }

  /** Wraps anything thrown; an AppError passes through unchanged, all else becomes `internal` and retryable. */
  static from(thrown: unknown): AppError {
    if (thrown instanceof AppError) return thrown;
    const message = thrown instanceof Error ? thrown.message : String(thrown);
    return new AppError('internal', message, { retryable: true, outcome: 'unknown', cause: thrown });
  }
}
