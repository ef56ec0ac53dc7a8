import type { ObjectRangeReader } from '@shotloom/object-store';

/** The beginning of an object that is in memory, the bytes that the whole of it has, and its end where that is known too. */
export interface KnownPart {
  readonly head: Buffer;
  readonly size: number;
  readonly tail?: Buffer | undefined;
}

/** Opens the object only when something is asked for that lies behind its head and before its tail. */
export class LateReader implements ObjectRangeReader {
  readonly size: number;
  readonly head: Buffer;
  private readonly tail: Buffer | undefined;
  private opened: Promise<ObjectRangeReader> | undefined;

  constructor(
    { head, size, tail }: KnownPart,
    private readonly open: () => Promise<ObjectRangeReader>,
  ) {
    [this.head, this.size, this.tail] = [head, size, tail];
  }

  async read(start: number, end: number): Promise<Uint8Array> {
    const before = this.size - (this.tail?.length ?? 0);
    if (this.tail && start >= before) return this.tail.subarray(start - before, end - before);
    this.opened ??= this.open();
    return (await this.opened).read(start, end);
  }

  async close(): Promise<void> {
    // Where it could not be opened, the read has told.
    const reader = await this.opened?.catch(() => undefined);
    await reader?.close();
  }
}
