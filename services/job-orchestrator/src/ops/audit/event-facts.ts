import {
  jobChangedV1,
  subjects,
  type AuditedEvent,
  type AuditedEvents,
  type AuditedJob,
} from '@shotloom/contracts';
import { readRange, type Bus, type OrderedMessage } from '@shotloom/bus';

/** All events of the job's user since it began are read, since a stream has no index by job. */
const MESSAGES = 200_000;
const TIMEOUT_MS = 20_000;
const EVENTS = 1_000;
/** The clocks of Postgres and NATS may differ by this. */
const CLOCKS_MS = 5 * 60_000;

/** The job's events as the stream has them. Ends at what was the stream's last event when it was asked. */
export async function readEvents(bus: Bus, jobId: string, job: AuditedJob): Promise<AuditedEvents> {
  const seen: AuditedEvent[] = [];
  let dropped = false;
  const { complete, keptSince } = await readRange(bus, {
    stream: 'JOBS',
    subject: subjects.jobs(job.userId),
    from: new Date(Date.parse(job.createdAt) - CLOCKS_MS),
    limit: MESSAGES,
    timeoutMs: TIMEOUT_MS,
    onMessage: (message) => {
      const event = toEvent(message, jobId);
      if (event === undefined) return;
      if (seen.length < EVENTS) seen.push(event);
      else dropped = true;
    },
  });
  return { seen, keptSince: keptSince?.toISOString() ?? null, complete: complete && !dropped };
}

function toEvent({ envelope, seq, at }: OrderedMessage, jobId: string): AuditedEvent | undefined {
  if (envelope.type !== jobChangedV1.type) return undefined;
  const parsed = jobChangedV1.payload.safeParse(envelope.payload);
  if (!parsed.success || parsed.data.state.jobId !== jobId) return undefined;
  const { version, status, lateAssetId } = parsed.data.state;
  return { seq, at: at.toISOString(), id: envelope.id, version, status, late: lateAssetId !== null };
}
