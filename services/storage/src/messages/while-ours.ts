import { RetryLater } from '@shotloom/bus';

/**
 * Runs a handler whose delivery may be taken from it. What fails after that fails because we stopped, which says nothing
 * about the message: it must come again, whatever the error looks like.
 */
export async function whileOurs<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (signal.aborted) throw new RetryLater('Stopped in the middle: another delivery goes on.');
    throw error;
  }
}
