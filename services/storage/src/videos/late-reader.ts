import type { ObjectRangeReader } from '@shotloom/object-store';

/** The beginning of an object that is in memory, and the bytes that the whole of it has. */
export interface KnownPart {
  readonly head: Buffer;
  readonly size: number;
}

/** Answers from memory, and opens the object only when something is asked for that is not there. */
export class LateReader implements ObjectRangeReader {
  readonly size: number;
  readonly head: Buffer;
  private opened: Promise<ObjectRangeReader> | undefined;

  constructor(
    { head, size }: KnownPart,
    private readonly open: () => Promise<ObjectRangeReader>,
  ) {
    [this.head, this.size] = [head, size];
  }

  async read(start: number, end: number): Promise<Uint8Array> {
    if (end <= this.head.length) return this.head.subarray(start, end);
    this.opened ??= this.open();
    return (await this.opened).read(start, end);
  }

  async close(): Promise<void> {
    // Where it could not be opened, the read has told.
    const reader = await this.opened?.catch(() => undefined);
    await reader?.close();
  }
}
