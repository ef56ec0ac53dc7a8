import type { AppError } from '@shotloom/kernel';

/** A deadline that begins anew with everything that comes. */
export class Patience {
  /** Whether it was this, and not the caller, that stopped the call. */
  ranOut = false;
  readonly signal: AbortSignal;
  private readonly controller = new AbortController();
  private timer: NodeJS.Timeout | undefined;

  /** `ms`: the longest pause. */
  constructor(
    private readonly ms: number,
    caller: AbortSignal | undefined,
  ) {
    const { signal } = this.controller;
    this.signal = caller === undefined ? signal : AbortSignal.any([signal, caller]);
    this.renew();
  }

  renew(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      this.ranOut = true;
      this.controller.abort(new Error('nothing came any more'));
    }, this.ms);
  }

  end(): void {
    clearTimeout(this.timer);
  }
}

/** Passes a body on as fast as it is taken. The patience is for its source: the time that the reader takes does not count. */
export async function* unhurried(
  body: AsyncIterable<Uint8Array>,
  patience: Patience,
  failed: (thrown: unknown) => AppError,
): AsyncGenerator<Uint8Array> {
  try {
    patience.renew();
    for await (const chunk of body) {
      patience.end();
      yield chunk;
      patience.renew();
    }
  } catch (thrown) {
    throw failed(thrown);
  } finally {
    patience.end();
  }
}
