import { webhookEventsConsumer } from '@shotloom/contracts';
import { GuardedSender } from '@shotloom/guarded-http';
import { answerRequests } from './answer-requests';
import type { Config } from './config';
import { DeliveryLog } from './deliveries/delivery-log';
import { Dispatcher } from './deliveries/dispatcher';
import { Endpoints } from './endpoints/endpoints';
import { JobUrls } from './endpoints/job-urls';
import { jobEventHandler } from './events/job-events';
import { receivingUsers } from './events/receiving-users';
import type { Parts } from './parts';
import { measureQueue } from './upkeep/measure-queue';
import { tellDisabled } from './upkeep/notices';
import { endJobUrls } from './upkeep/end-job-urls';
import { removeOld, stopWaiting } from './upkeep/remove-old';
import { Rounds } from './upkeep/rounds';

const LOOK_MS = 5_000;
const TIDY_MS = 60_000;
/** Events that are looked at at the same time. Those that become deliveries wait for a connection, of which there are fewer. */
const EVENTS_AT_ONCE = 64;
const MAX_ANSWER_BYTES = 1_024;
const MAX_RETRY_AFTER_MS = 86_400_000;

export interface RunningWebhooks {
  /** Takes no more requests and events, then lets calls end. */
  stop(): Promise<void>;
}

/** The guarded way to endpoints: https to what is public, and whatever else the operator lists. */
export function createSender(
  config: Pick<Config, 'WEBHOOK_ALLOW_PRIVATE' | 'WEBHOOK_TIMEOUT_SECONDS'>,
): GuardedSender {
  return new GuardedSender({
    allow: config.WEBHOOK_ALLOW_PRIVATE,
    plainHttp: 'listed',
    totalMs: config.WEBHOOK_TIMEOUT_SECONDS * 1_000,
    maxAnswerBytes: MAX_ANSWER_BYTES,
    maxRetryAfterMs: MAX_RETRY_AFTER_MS,
  });
}

/** Builds the service from its parts and starts them. */
export async function startWebhooks(parts: Parts): Promise<RunningWebhooks> {
  const { bus, logger } = parts;
  const dispatcher = new Dispatcher(parts);
  const wake = (): void => dispatcher.wake();
  const responders = answerRequests(
    bus,
    new Endpoints(parts, wake),
    new JobUrls(parts),
    new DeliveryLog(parts, wake),
  );
  const events = await bus.consume(webhookEventsConsumer, jobEventHandler(parts, wake), {
    concurrency: EVENTS_AT_ONCE,
    isWanted: receivingUsers(parts),
  });
  const onError = (error: unknown): void =>
    logger.warn({ err: error }, 'a chore of webhooks could not be done; the next round tries again');
  const looks = new Rounds(LOOK_MS, [() => measureQueue(parts), () => tellDisabled(parts)], onError);
  const tidying = new Rounds(
    TIDY_MS,
    [() => endJobUrls(parts), () => stopWaiting(parts), () => removeOld(parts)],
    onError,
  );
  dispatcher.start();
  looks.start();
  tidying.start();
  const stop = async (): Promise<void> => {
    await Promise.all([...responders.map((responder) => responder.stop()), events.stop()]);
    await Promise.all([looks.stop(), tidying.stop()]);
    await dispatcher.stop();
  };
  return { stop };
}
