import { attemptsSeenV1, subjects, type CredentialRef, type PayloadOf } from '@shotloom/contracts';
import { AppError } from '@shotloom/kernel';
import { publishStubbornly } from '../publish-stubbornly';
import type { WorkerParts } from './worker-parts';

export type SeenAnswer = PayloadOf<typeof attemptsSeenV1>['answers'][number];

/** What one look gave, and how it is named on the bus. */
export interface Sighting {
  readonly credential: CredentialRef;
  readonly via: 'poll' | 'callback';
  readonly answers: readonly SeenAnswer[];
  readonly correlationId: string;
  readonly id: string;
}

/**
 * Tells job-orchestrator what was seen, in one message, or in halves where that is larger than NATS takes. Tries again as long as
 * `mayWait` allows; throws what the last try threw.
 */
export async function publishSeen(
  { bus, adapter, logger, metrics }: Pick<WorkerParts, 'bus' | 'adapter' | 'logger' | 'metrics'>,
  sighting: Sighting,
  mayWait: (waitMs: number) => boolean,
): Promise<void> {
  const { provider } = adapter;
  const send = async (answers: readonly SeenAnswer[], id: string): Promise<void> => {
    const { via, correlationId, credential } = sighting;
    const payload = {
      provider,
      via,
      credential: { id: credential.id, version: credential.version },
      answers: [...answers],
    };
    const options = { subject: subjects.attempts(provider), correlationId, id };
    try {
      await publishStubbornly(bus, attemptsSeenV1, payload, options, mayWait);
    } catch (error) {
      const tooLarge = error instanceof AppError && error.code === 'payload_too_large';
      if (!tooLarge) throw error;
      if (answers.length === 1) {
        // One answer of a vendor that fills a megabyte: nobody else can be told of it, so a person is.
        metrics.alarm('unfit');
        logger.error({ err: error, attemptId: answers[0]?.attemptId }, 'an answer is too large to be told');
        return;
      }
      const middle = Math.ceil(answers.length / 2);
      await send(answers.slice(0, middle), `${id}.0`);
      await send(answers.slice(middle), `${id}.1`);
    }
  };
  await send(sighting.answers, sighting.id);
}
