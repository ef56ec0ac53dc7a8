import type { Storage } from '../app.tokens';
import { askAgain } from '../sweep/ask-again';
import { emitRenditions } from './rendition-message';

/** Seconds. */
const FIRST_WAIT_SECONDS = 1_800;
const BATCH = 50;

/**
 * Asks for the renditions of videos that should have had them by now: also of those that were stored before renditions were switched on.
 * Returns how many.
 */
export async function askForMissingRenditions(
  storage: Pick<Storage, 'database' | 'renditions'>,
  { firstWaitSeconds = FIRST_WAIT_SECONDS, batch = BATCH } = {},
): Promise<number> {
  if (storage.renditions.kinds.length === 0) return 0;
  const columns = { made: 'renditions_at', tries: 'rendition_tries', triedAt: 'rendition_tried_at' } as const;
  return askAgain(storage, { ...columns, firstWaitSeconds, batch, ask: emitRenditions });
}
