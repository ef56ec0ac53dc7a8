import { jsonOfBytes, type CallbackVerdict, type IncomingCallback } from '@shotloom/provider-kit';
import { calledBackSchema, challengeSchema } from './schemas';
import { writeTaskId } from './task-id';

/** MiniMax asks once, on the create, whether an address is ours, and waits three seconds for its own words. */
export function answerHailuoChallenge(rawBody: Uint8Array): Readonly<Record<string, string>> | null {
  const asked = challengeSchema.safeParse(jsonOfBytes(rawBody));
  return asked.success ? asked.data : null;
}

/** Nothing is signed: a callback only says that it is time to ask. */
export function parseHailuoCallback({ rawBody }: IncomingCallback): CallbackVerdict {
  const read = calledBackSchema.safeParse(jsonOfBytes(rawBody));
  if (!read.success) return { kind: 'refused', reason: 'there is no task id in it' };
  return { kind: 'hint', vendorTaskId: writeTaskId(read.data), externalTaskId: null };
}
