import { AppError } from '@shotloom/kernel';

/** Another service's outage is no news for a client, and its words name our insides. */
export async function orUnavailable<T>(answer: Promise<T>, what: string): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    const message = `${what} cannot be looked up right now. Try again in a few seconds.`;
    throw new AppError('unavailable', message, { retryable: true, cause: error });
  }
}
