/** Shares of the time for a vendor's answer: the call's own deadline, then its signal, then we go on without it. */
const CALL_SHARE = 0.9;
const SIGNAL_SHARE = 0.95;
/** Kept for the report, which must come in time too. */
const REPORT_SHARE = 0.2;
const REPORT_MAX_MS = 5_000;

/** The time in which a submit must be answered and reported, counted from when the fence was asked for. */
export class SendWindow {
  private readonly answerBy: number;

  constructor(askedAt: number, sendSeconds: number) {
    const wholeMs = sendSeconds * 1_000;
    this.answerBy = askedAt + wholeMs - Math.min(REPORT_MAX_MS, wholeMs * REPORT_SHARE);
  }

  /** Milliseconds until the vendor must have answered. */
  get leftMs(): number {
    return Math.max(0, this.answerBy - performance.now());
  }

  /** How the time that is left is divided, in milliseconds from now. */
  divide(): { readonly callMs: number; readonly signalMs: number; readonly givenUpMs: number } {
    const left = this.leftMs;
    return {
      callMs: Math.max(1, Math.floor(left * CALL_SHARE)),
      signalMs: left * SIGNAL_SHARE,
      givenUpMs: left,
    };
  }
}
