import type { SimReply } from '../core/sim-http';

/** The vendor's table: its code, or the HTTP status where it has none -> status and usual words. */
export const LOVART_ERROR_TABLE = {
  '400': { status: 400, words: 'Invalid parameters' },
  '401': { status: 401, words: 'Invalid access key or signature' },
  '404': { status: 404, words: 'Not found' },
  '2012': { status: 402, words: 'Insufficient credits. Please upgrade your plan.' },
  '2011': { status: 409, words: 'The thread is busy' },
  '1429': { status: 429, words: 'Too many requests, please try again later' },
  '502': { status: 502, words: 'Bad gateway' },
  '503': { status: 503, words: 'Service unavailable' },
} as const satisfies Record<string, { status: number; words: string }>;

export type LovartCode = keyof typeof LOVART_ERROR_TABLE;
export const isLovartCode = (code: string): code is LovartCode => Object.hasOwn(LOVART_ERROR_TABLE, code);

/** An error of the vendor, thrown by its checks. */
export class LovartError extends Error {
  constructor(
    readonly code: LovartCode,
    readonly words: string = LOVART_ERROR_TABLE[code].words,
  ) {
    super(words);
  }

  /** `{code?, message|error, details?}`: a code only where the vendor has one of its own. */
  toReply(): SimReply {
    const { status } = LOVART_ERROR_TABLE[this.code];
    const isOwn = Number(this.code) !== status;
    return {
      status,
      body: isOwn ? { code: Number(this.code), message: this.words, details: {} } : { error: this.words },
    };
  }
}

/** What stands before the API lets no client through that does not call itself a browser. */
export const EDGE_REFUSAL: SimReply = { status: 403, body: Buffer.from('<html>error code: 1010</html>') };
