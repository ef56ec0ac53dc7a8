/** The user type of the box that holds Content Credentials (C2PA 2, "Embedding manifests into BMFF-based assets"). */
const CONTENT_CREDENTIALS = 'd8fec3d61b0e483c92975828877ec481';
const SHORT_HEADER = 8;
const LONG_HEADER = 16;
const USER_TYPE = 16;

/** Steps over the top-level boxes of an MP4 or QuickTime file while its bytes flow by, and keeps none of them. */
export class IsoBoxWalker {
  private readonly header = Buffer.alloc(LONG_HEADER + USER_TYPE);
  private filled = 0;
  private needed = SHORT_HEADER;
  /** Bytes of the present box that are still to come. */
  private left = 0;
  private lasts = false;
  private broken = false;
  private signed = false;

  add(chunk: Uint8Array): void {
    for (let at = 0; at < chunk.length && !this.lasts && !this.broken;) {
      const skipped = Math.min(this.left, chunk.length - at);
      this.left -= skipped;
      at += skipped;
      if (this.left === 0) at += this.readHeader(chunk.subarray(at));
    }
  }

  /** Whether the bytes so far end where a box does, so that another box may follow. */
  get endsWithABox(): boolean {
    return !this.broken && !this.lasts && this.left === 0 && this.filled === 0;
  }

  /** Whether the file says itself where it comes from, under a signature that a change would break. */
  get hasContentCredentials(): boolean {
    return this.signed;
  }

  /** Tells how many bytes of the piece belong to the header. */
  private readHeader(piece: Uint8Array): number {
    const taken = Math.min(this.needed - this.filled, piece.length);
    this.header.set(piece.subarray(0, taken), this.filled);
    this.filled += taken;
    if (this.filled === this.needed) this.takeHeader();
    return taken;
  }

  private takeHeader(): void {
    const short = this.header.readUInt32BE(0);
    const isUser = this.header.toString('latin1', 4, 8) === 'uuid';
    const start = short === 1 ? LONG_HEADER : SHORT_HEADER;
    this.needed = start + (isUser ? USER_TYPE : 0);
    if (this.filled < this.needed) return;
    if (isUser) this.signed ||= this.header.toString('hex', start, this.needed) === CONTENT_CREDENTIALS;
    const size = short === 1 ? Number(this.header.readBigUInt64BE(SHORT_HEADER)) : short;
    // To the end of the file.
    this.lasts = size === 0;
    this.broken = !this.lasts && size < this.needed;
    this.left = Math.max(0, size - this.needed);
    this.filled = 0;
    this.needed = SHORT_HEADER;
  }
}
