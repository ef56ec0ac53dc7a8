/**
 * A body in pieces of at most so many bytes, each of which is read as it flows. A body that breaks off ends its last piece: what came
 * until then is worth keeping.
 */
export class Pieces {
  private readonly source: AsyncIterator<Buffer>;
  private rest: Buffer | null = null;
  private ended = false;

  constructor(
    body: AsyncIterable<Buffer>,
    private readonly pieceBytes: number,
  ) {
    this.source = body[Symbol.asyncIterator]();
  }

  /** Null where nothing more comes. The piece before has to be read to its end. */
  async next(): Promise<AsyncGenerator<Buffer> | null> {
    this.rest ??= await this.pull();
    return this.rest === null ? null : this.piece();
  }

  private async *piece(): AsyncGenerator<Buffer> {
    let room = this.pieceBytes;
    while (room > 0) {
      const chunk = this.rest ?? (await this.pull());
      if (chunk === null) return;
      this.rest = chunk.length > room ? chunk.subarray(room) : null;
      const bytes = chunk.subarray(0, room);
      room -= bytes.length;
      yield bytes;
    }
  }

  /** The next bytes, of which there are some; null at the end, of whatever kind it is. */
  private async pull(): Promise<Buffer | null> {
    while (!this.ended) {
      // What broke the body off is known to whoever reads the request.
      const next = await this.source.next().catch(() => ({ done: true, value: undefined }) as const);
      if (next.done === true) this.ended = true;
      else if (next.value.length > 0) return next.value;
    }
    return null;
  }
}
