import { asError } from './backoff';
import type { FeedHandlers } from './event-feed';
import type { SocketMessage } from './types';

interface Closable {
  close(): void;
}

/**
 * A feed as an async iterator. It starts with the first `next()`, keeps what comes while the reader is busy, ends when
 * the feed does, throws where the feed failed or the signal was aborted, and closes the feed when the loop is left.
 */
export async function* iterateFeed(
  open: (handlers: FeedHandlers) => Closable,
  signal?: AbortSignal,
): AsyncGenerator<SocketMessage, void, undefined> {
  const queue: SocketMessage[] = [];
  let failure: Error | undefined;
  let over = false;
  let wake: () => void = () => undefined;
  const end = (error?: Error) => {
    failure ??= error;
    over = true;
    wake();
  };
  if (signal?.aborted) throw asError(signal.reason);
  const onAbort = () => end(asError(signal?.reason));
  signal?.addEventListener('abort', onAbort, { once: true });
  const feed = open({
    onMessage: (message) => {
      queue.push(message);
      wake();
    },
    onConnection: (connection) => connection === 'closed' && queueMicrotask(end),
    onError: end,
  });
  try {
    for (;;) {
      for (let next = queue.shift(); next !== undefined; next = queue.shift()) yield next;
      if (failure) throw failure;
      if (over) return;
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  } finally {
    signal?.removeEventListener('abort', onAbort);
    feed.close();
  }
}
