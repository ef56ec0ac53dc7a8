import type { Bus, Responder } from '@shotloom/bus';
import {
  changeWebhookRpc,
  createWebhookRpc,
  deleteWebhookRpc,
  getWebhookRpc,
  jobSecretRpc,
  listWebhookDeliveriesRpc,
  listWebhooksRpc,
  redeliverFailedWebhooksRpc,
  redeliverWebhookRpc,
  rotateWebhookSecretRpc,
  testWebhookRpc,
  watchJobsRpc,
} from '@shotloom/contracts';
import type { DeliveryLog } from './deliveries/delivery-log';
import type { Endpoints } from './endpoints/endpoints';
import type { JobUrls } from './endpoints/job-urls';

/** What the gateway asks for its callers, after it has checked who they are. */
export function answerRequests(
  bus: Pick<Bus, 'respond'>,
  endpoints: Endpoints,
  jobUrls: JobUrls,
  log: DeliveryLog,
): readonly Responder[] {
  return [
    bus.respond(createWebhookRpc, (asked) => endpoints.create(asked)),
    bus.respond(listWebhooksRpc, (asked) => endpoints.list(asked)),
    bus.respond(getWebhookRpc, async (asked) => ({ webhook: await endpoints.get(asked, asked.webhookId) })),
    bus.respond(changeWebhookRpc, async (asked) => ({ webhook: await endpoints.change(asked) })),
    bus.respond(deleteWebhookRpc, async (asked) => {
      await endpoints.remove(asked, asked.webhookId);
      return { deleted: true as const };
    }),
    bus.respond(rotateWebhookSecretRpc, (asked) => endpoints.rotate(asked, asked.webhookId)),
    bus.respond(watchJobsRpc, (asked) => jobUrls.watch(asked)),
    bus.respond(jobSecretRpc, (asked) => jobUrls.secret(asked)),
    bus.respond(testWebhookRpc, async (asked) => ({
      delivery: await endpoints.test(asked, asked.webhookId),
    })),
    bus.respond(listWebhookDeliveriesRpc, (asked) => log.list(asked)),
    bus.respond(redeliverWebhookRpc, async (asked) => ({ delivery: await log.redeliver(asked) })),
    bus.respond(redeliverFailedWebhooksRpc, (asked) => log.redeliverFailed(asked)),
  ];
}
