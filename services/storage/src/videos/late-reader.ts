import type { ObjectRangeReader } from '@shotloom/object-store';

/** The beginning of an object that is in memory, and the bytes that the whole of it has. */
export interface KnownPart {
  readonly head: Buffer;
  readonly size: number;
}

/** Opens the object only when something is asked for that lies behind its head. */
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
    this.opened ??= this.open();
    return (await this.opened).read(start, end);
  }

  async close(): Promise<void> {
    // Where it could not be opened, the read has told.
    const reader = await this.opened?.catch(() => undefined);
    await reader?.close();
  }
}
