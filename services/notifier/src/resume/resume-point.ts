import type { StreamState } from '@shotloom/bus';
import { parseEventId } from './event-id';

/** Events between the client's last one and now that are told one by one; who missed more is told how things stand now. */
export const MAX_REPLAYED = 10_000;

export type ResumePoint =
  /** The first visit: the present state, then what happens. */
  | { readonly kind: 'present' }
  /** What was missed cannot be told exactly: `reset`, then as on the first visit. `reason` is a sentence for the client. */
  | { readonly kind: 'reset'; readonly reason: string }
  /** Everything from this sequence on. */
  | { readonly kind: 'replay'; readonly fromSeq: number };

/** Where a client goes on that says `Last-Event-ID`. Pure. */
export function resumePoint(lastEventId: string | undefined, stream: StreamState): ResumePoint {
  if (lastEventId === undefined || lastEventId === '') return { kind: 'present' };
  const id = parseEventId(lastEventId);
  if (!id) return { kind: 'reset', reason: 'The event id is not one of ours.' };
  if (id.epoch !== stream.created.getTime() || id.seq > stream.lastSeq) {
    return { kind: 'reset', reason: 'The events before are gone: the stream was made anew.' };
  }
  if (id.seq + 1 < stream.firstSeq) {
    return { kind: 'reset', reason: 'The last event that you saw is older than the events that are kept.' };
  }
  return { kind: 'replay', fromSeq: id.seq + 1 };
}
