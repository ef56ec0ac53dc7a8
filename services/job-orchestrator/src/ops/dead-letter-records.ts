import { z } from 'zod';
import type { DeadLetterRecord } from '@shotloom/contracts';
import type { DeadMessage } from '@shotloom/bus';

/** Ids that a message may carry; what else is in it is nobody's business here. */
const mentioning = z.looseObject({
  jobId: z.string().optional(),
  attemptId: z.string().nullish(),
  state: z.looseObject({ jobId: z.string() }).optional(),
  answers: z.array(z.looseObject({ attemptId: z.string() })).optional(),
  tasks: z.array(z.looseObject({ attemptId: z.string() })).optional(),
});

/** Every id of a job or an attempt that a dead message names, its correlation id included. */
export function idsIn({ envelope }: Pick<DeadMessage, 'envelope'>): ReadonlySet<string> {
  if (envelope === undefined) return new Set();
  const parsed = mentioning.safeParse(envelope.payload);
  const { jobId, attemptId, state, answers = [], tasks = [] } = parsed.success ? parsed.data : {};
  const ids = [envelope.correlationId, jobId, attemptId, state?.jobId];
  const batched = [...answers, ...tasks].map((item) => item.attemptId);
  return new Set([...ids, ...batched].filter((id) => typeof id === 'string'));
}

/** The job that a message is about: messages of job-orchestrator's world are correlated by it. */
export function jobOf({ envelope }: Pick<DeadMessage, 'envelope'>): string | null {
  const id = envelope?.correlationId;
  return id !== undefined && z.guid().safeParse(id).success ? id : null;
}

export function toDeadLetterRecord(message: DeadMessage): DeadLetterRecord {
  const { seq, stream, durable, subject, kind, reason, deliveries, at, envelope } = message;
  const about = { jobId: jobOf(message), type: envelope?.type ?? '(unreadable)', at: at.toISOString() };
  return { seq, stream, durable, subject, kind, reason, deliveries, ...about };
}
