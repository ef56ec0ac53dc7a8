import { AppError, type CallOutcome } from '@shotloom/kernel';

/** `creates`: the call may buy something, so a lost answer is uncertain. `reads`: it may be asked again at any time. */
export type CallEffect = 'creates' | 'reads';

/** How far a call had come when it failed. */
export interface CallProgress {
  /** True once the last byte of the body was handed over: from then on the vendor may have the whole request. */
  bodySent: boolean;
  /** HTTP status, once it has come. */
  status: number | undefined;
}

export interface FailedCall {
  readonly provider: string;
  readonly effect: CallEffect;
  readonly progress: CallProgress;
  /** Why our own side stopped the call, if it did. */
  readonly stopped: 'deadline' | 'caller' | undefined;
  readonly timeoutMs: number;
  readonly thrown: unknown;
  /** Takes secrets out of a text. */
  readonly clean: (text: string) => string;
}

/** The connection was never made, so that nothing can have reached the vendor. */
const NEVER_CONNECTED =
  /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|EADDRNOTAVAIL|UND_ERR_CONNECT_TIMEOUT|CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|ERR_TLS_|ERR_SSL_|EPROTO)/;
const MAX_CAUSES = 6;

/**
 * What became of a call that ended without an answer. A request that the vendor cannot have in full was refused; one that it may
 * have is unknown. Doubt counts as unknown, because the other mistake buys a second video.
 */
export function callFailure(call: FailedCall): AppError {
  const { provider, effect, stopped } = call;
  const outcome = outcomeOf(call);
  const reason = call.clean(reasonOf(call.thrown));
  const options = { provider, outcome, details: { reason }, cause: new Error(reason) };
  if (effect === 'creates' && outcome === 'unknown') {
    return new AppError(
      'submit_unknown',
      `The request was sent to ${provider}, but its answer was lost (${whyLost(call, reason)}): a video may be under way. It is looked up, never sent again.`,
      { ...options, retryable: false },
    );
  }
  if (stopped === 'caller') {
    return new AppError('cancelled', `The call to ${provider} was stopped.`, { ...options, retryable: true });
  }
  if (stopped === 'deadline') {
    const seconds = Math.round(call.timeoutMs / 1000);
    return new AppError('provider_timeout', `${provider} did not answer within ${seconds} s.`, {
      ...options,
      retryable: true,
    });
  }
  return new AppError('provider_unavailable', `${provider} could not be reached: ${reason}.`, {
    ...options,
    retryable: true,
  });
}

function whyLost({ stopped, timeoutMs }: FailedCall, reason: string): string {
  if (stopped === 'deadline') return `no answer within ${Math.round(timeoutMs / 100) / 10} s`;
  if (stopped === 'caller') return 'the call was stopped';
  return `the connection failed: ${reason}`;
}

function outcomeOf({ progress, thrown }: FailedCall): CallOutcome {
  if (progress.status !== undefined) {
    // The verdict came, only its words are lost.
    return progress.status >= 400 && progress.status < 500 ? 'refused' : 'unknown';
  }
  if (!progress.bodySent || neverConnected(thrown)) return 'refused';
  return 'unknown';
}

/** Whether an error, or anything that caused it, says that there never was a connection. */
export function neverConnected(thrown: unknown): boolean {
  return causesOf(thrown).some(({ code, syscall }) => NEVER_CONNECTED.test(code) || syscall === 'connect');
}

function reasonOf(thrown: unknown): string {
  const causes = causesOf(thrown);
  const last = causes.at(-1);
  if (last === undefined) return 'the connection failed';
  return last.code === '' || last.message.includes(last.code)
    ? last.message
    : `${last.message} (${last.code})`;
}

interface Cause {
  readonly code: string;
  readonly syscall: string;
  readonly message: string;
}

function causesOf(thrown: unknown): Cause[] {
  const causes: Cause[] = [];
  let error = thrown;
  for (let depth = 0; isErrorLike(error) && depth < MAX_CAUSES; depth += 1) {
    const { code, syscall, message, name } = error;
    causes.push({
      code: typeof code === 'string' ? code : '',
      syscall: typeof syscall === 'string' ? syscall : '',
      message: message || (typeof name === 'string' ? name : 'unknown'),
    });
    error = error.cause;
  }
  return causes;
}

interface ErrorLike {
  readonly message: string;
  readonly name?: unknown;
  readonly code?: unknown;
  readonly syscall?: unknown;
  readonly cause?: unknown;
}

/** Not `instanceof Error`: what `fetch` throws may come from another realm than this code. */
function isErrorLike(value: unknown): value is ErrorLike {
  return (
    typeof value === 'object' && value !== null && 'message' in value && typeof value.message === 'string'
  );
}
