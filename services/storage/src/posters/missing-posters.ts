import type { Storage } from '../app.tokens';
import { askAgain } from '../sweep/ask-again';
import { emitPoster } from './poster-message';

/** With four times as long each time the five tries take two days. Seconds. */
const FIRST_WAIT_SECONDS = 600;
const BATCH = 50;

/** Asks again for the posters of videos that should have had one by now. Returns how many. */
export function askForMissingPosters(
  storage: Pick<Storage, 'database'>,
  { firstWaitSeconds = FIRST_WAIT_SECONDS, batch = BATCH } = {},
): Promise<number> {
  const columns = { made: 'poster_key', tries: 'poster_tries', triedAt: 'poster_tried_at' } as const;
  return askAgain(storage, { ...columns, firstWaitSeconds, batch, ask: emitPoster });
}
