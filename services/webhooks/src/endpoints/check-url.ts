import { FetchFailure, type GuardedSender } from '@shotloom/guarded-http';
import { AppError } from '@shotloom/kernel';

/**
 * Now, so that a mistake is told at once, and again at each call, since a name may come to mean something else. Throws `invalid_input` with
 * the `field`.
 */
export async function checkUrl(sender: GuardedSender, url: string, field = 'url'): Promise<void> {
  try {
    await sender.check(url);
  } catch (error) {
    if (!(error instanceof FetchFailure)) throw error;
    throw new AppError('invalid_input', 'Events cannot be sent to this URL.', {
      fields: [{ field, reason: error.message }],
    });
  }
}
