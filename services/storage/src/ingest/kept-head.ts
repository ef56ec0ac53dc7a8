/** Most that a look at a video needs lies in these bytes, so that it is not read again from where it was just written. */
const HEAD_BYTES = 1024 * 1024;
/** More ingests than that at the same time are rare, and then memory is made anew. */
const MOST_SPARE = 16;
const spare: Buffer[] = [];

/**
 * The beginning of a video that flows by. The memory for it is lent again and again: large pieces that are thrown away for each
 * video cost more in collecting them than in copying into one that stays.
 */
export class KeptHead {
  private buffer: Buffer | undefined = spare.pop() ?? Buffer.allocUnsafeSlow(HEAD_BYTES);
  private filled = 0;

  readonly add = (chunk: Buffer): void => {
    // Given back: what still flows belongs to nobody.
    if (this.buffer === undefined) return;
    this.filled += chunk.copy(this.buffer, this.filled);
  };

  /** What has flowed by so far, up to a MiB. Good until `close`. */
  get bytes(): Buffer {
    return this.buffer?.subarray(0, this.filled) ?? Buffer.alloc(0);
  }

  close(): void {
    if (this.buffer !== undefined && spare.length < MOST_SPARE) spare.push(this.buffer);
    this.buffer = undefined;
  }
}
