import type { Worker } from 'node:worker_threads';
import { AppError } from '@shotloom/kernel';
import type { FromThread, ProbeRequest, ReadRequest, ToThread, TrackFacts } from './probe-thread/protocol';
import { readBytes, type RangeReader } from './range-reader';
import { ThreadPool } from './thread-pool';

export type { TrackFacts };

/** Milliseconds that the parser may go without asking or answering; it needs one or two for a usual file. */
const SILENCE_LIMIT_MS = 5_000;
/** Milliseconds in all, whatever the reader needs. */
const TOTAL_LIMIT_MS = 120_000;
/** The index of most clips lies here. */
const SENT_HEAD_BYTES = 64 * 1024;
const threads = new ThreadPool(3);

/**
 * Has a thread parse a video. Throws `media_invalid` for what it cannot make sense of, and where it takes too long or too much
 * memory; what the reader throws is passed on.
 */
export async function readTrackFacts(reader: RangeReader, maxFrames: number): Promise<TrackFacts> {
  const thread = await threads.take();
  const session = new ProbeSession(thread, reader);
  try {
    const { size, head } = reader;
    // A copy of its own, since what is sent along with a view is the whole buffer under it. What lies behind it is asked for.
    const sent = head === undefined ? {} : { head: new Uint8Array(head.subarray(0, SENT_HEAD_BYTES)) };
    const facts = await session.run({
      type: 'probe',
      size,
      maxFrames,
      isInMemory: head?.length === size,
      ...sent,
    });
    if (facts.type === 'problem') throw invalid(facts.reason);
    return facts;
  } finally {
    session.close();
    await threads.giveBack(thread, session.isReusable);
  }
}

type ThreadResult = Exclude<FromThread, ReadRequest>;

/** One probe on one thread. */
class ProbeSession {
  isReusable = false;
  private readonly total = setTimeout(() => this.fail(tooLong()), TOTAL_LIMIT_MS);
  private silence: NodeJS.Timeout | undefined;
  private openReads = 0;
  private isClosed = false;
  private readonly result: Promise<ThreadResult>;
  private resolve: (result: ThreadResult) => void = () => undefined;
  private fail: (error: AppError) => void = () => undefined;

  constructor(
    private readonly thread: Worker,
    private readonly reader: RangeReader,
  ) {
    this.result = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.fail = reject;
    });
    thread.on('message', this.onMessage).on('error', this.onError).on('exit', this.onError);
  }

  run(request: ProbeRequest): Promise<ThreadResult> {
    this.send(request, request.head ? [request.head.buffer] : []);
    return this.result;
  }

  close(): void {
    this.isClosed = true;
    clearTimeout(this.total);
    clearTimeout(this.silence);
    this.thread.off('message', this.onMessage).off('error', this.onError).off('exit', this.onError);
  }

  private send(message: ToThread, transfer: readonly ArrayBuffer[] = []): void {
    if (this.isClosed) return;
    this.thread.postMessage(message, [...transfer]);
    this.watch();
  }

  /** The parser's time runs only while it has all that it asked for: a slow store is not the file's fault. */
  private watch(): void {
    clearTimeout(this.silence);
    if (this.openReads === 0) this.silence = setTimeout(() => this.fail(tooLong()), SILENCE_LIMIT_MS);
  }

  private readonly onMessage = (message: FromThread): void => {
    if (message.type === 'read') {
      this.openReads += 1;
      this.watch();
      void this.answer(message);
      return;
    }
    // With a read still open its answer would reach the next session.
    this.isReusable = this.openReads === 0;
    this.resolve(message);
  };

  private async answer({ read, start, end }: ReadRequest): Promise<void> {
    try {
      // A copy of its own: what is sent along with a view is the whole buffer under it.
      const bytes = new Uint8Array(await readBytes(this.reader, start, end));
      this.openReads -= 1;
      this.send({ type: 'bytes', read, bytes }, [bytes.buffer]);
    } catch (error) {
      this.fail(AppError.from(error));
    }
  }

  private readonly onError = (cause: unknown): void => {
    this.fail(invalid('reading it takes too much memory, or its structure is damaged', { cause }));
  };
}

// Worth another try, since on a machine that is overloaded it may not have been the file.
const tooLong = (): AppError => invalid('reading it takes too long', { retryable: true });

const invalid = (reason: string, options: { cause?: unknown; retryable?: boolean } = {}): AppError =>
  new AppError('media_invalid', `The video cannot be used: ${reason}.`, options);
