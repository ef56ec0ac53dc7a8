import type { MessageHandler } from '@shotloom/bus';
import { jobChangedV1 } from '@shotloom/contracts';
import type { Parts } from '../parts';
import { jobEvent } from './event-body';
import { recordEvent } from './record-event';

/**
 * Turns committed changes of jobs into deliveries. The message is acked when the deliveries are committed, and a message that comes again
 * makes none anew. Changes may be read in any order: receivers order by `sequence`.
 */
export function jobEventHandler(
  { database, config, clock, metrics }: Pick<Parts, 'database' | 'config' | 'clock' | 'metrics'>,
  wake: () => void,
): MessageHandler {
  return async ({ payload }) => {
    const { state } = jobChangedV1.payload.parse(payload);
    const owner = { userId: state.ownerUserId, accountId: state.accountId };
    const event = jobEvent(state, config.PUBLIC_URL);
    const made = await database.run((work) => recordEvent(work, owner, event, { now: clock.now() }));
    if (made === 0) return;
    metrics.event(made);
    wake();
  };
}
