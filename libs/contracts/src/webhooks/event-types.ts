import type { JobState } from '../job/record';
import { JOB_STATUSES } from '../job/state';

/**
 * What an endpoint may ask to be told of. `job.<status>`: a job changed and is in that state now; it comes again when something else of the job
 * changes in the same state. `job.late_result`: a video came after its job had failed.
 */
export const WEBHOOK_EVENT_TYPES = [
  ...JOB_STATUSES.map((status) => `job.${status}` as const),
  'job.late_result',
  'webhook.test',
  'webhook.disabled',
] as const;
export type WebhookEventType = (typeof WEBHOOK_EVENT_TYPES)[number];

/** All that may stand in an endpoint's list: a type, all of a family, or everything. */
export const WEBHOOK_PATTERNS: readonly string[] = ['*', 'job.*', 'webhook.*', ...WEBHOOK_EVENT_TYPES];

/** Whether one of the patterns means this type. */
export function wantsEvent(patterns: readonly string[], type: WebhookEventType): boolean {
  const family = `${type.slice(0, type.indexOf('.'))}.*`;
  return patterns.some((pattern) => pattern === '*' || pattern === family || pattern === type);
}

/** The event that a change of a job is. */
export function jobEventType({ status, lateAssetId }: JobState): WebhookEventType {
  return lateAssetId === null ? `job.${status}` : 'job.late_result';
}
