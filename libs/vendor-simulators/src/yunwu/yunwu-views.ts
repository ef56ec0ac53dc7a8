import type { SimState } from '../core/task-book';
import { UNITS_PER_DOLLAR, type YunwuAccount } from './yunwu-accounts';
import type { YunwuTask } from './yunwu-order';

const WORDS: Readonly<Record<SimState, string>> = {
  ...{ submitted: 'pending', processing: 'processing', succeeded: 'completed', failed: 'failed' },
  cancelled: 'cancelled',
};
const CENTS = 100;
/** What the dashboard says of a key without a limit. */
const UNLIMITED = 100_000_000;
const HALF = 50;

const isGrok = ({ order }: YunwuTask): boolean => order.model.startsWith('grok-');

/** As a create of the unified format gives it, and as its query wants it back. */
export const fullIdOf = (task: YunwuTask): string => (isGrok(task) ? `grok:${task.id}` : task.id);

/** The first answer: its time is in seconds, where that of grok's query is in milliseconds. */
export const createdView = (task: YunwuTask): Record<string, unknown> => ({
  ...{ id: fullIdOf(task), status: 'pending' },
  status_update_time: Math.floor(task.createdAt / 1000),
});

/** A task as `GET /v1/video/query` shows it, without the prefix of its id. `url`: null while it is not there yet. */
export function unifiedView(task: YunwuTask, url: string | null): Record<string, unknown> {
  const { state, statusWord, updatedAt, message } = task;
  return {
    id: task.id,
    status: state === 'processing' && statusWord !== null ? statusWord : WORDS[state],
    progress: state === 'succeeded' ? 100 : state === 'processing' ? HALF : 0,
    ...(state === 'succeeded' && url !== null
      ? { video_url: url, thumbnail_url: `${url}&thumbnail`, enhanced_prompt: '' }
      : {}),
    // Text for one model, an object for another.
    ...(state === 'failed' ? { error: isGrok(task) ? message : { code: 'failed', message } } : {}),
    status_update_time: isGrok(task) ? updatedAt : Math.floor(updatedAt / 1000),
  };
}

/** A task as `GET /v1/videos/{id}` shows it, in xAI's words. */
export function xaiView(task: YunwuTask, url: string | null): Record<string, unknown> {
  const { state, statusWord, message, order } = task;
  switch (state) {
    case 'submitted':
      return { status: 'pending', progress: 0 };
    case 'processing':
      return { status: statusWord ?? 'pending', progress: HALF };
    case 'succeeded': {
      const video = { duration: order.clip.seconds, respect_moderation: true };
      return {
        ...{ status: 'done', model: order.model, progress: 100 },
        video: url === null ? video : { url, ...video },
      };
    }
    case 'failed':
      return UNSAFE.test(message)
        ? { status: 'done', model: order.model, video: { url: '', respect_moderation: false } }
        : { status: 'failed', error: { code: 'internal_error', message } };
    case 'cancelled':
      return { status: 'expired' };
  }
}
const UNSAFE = /moderation/i;

const dollars = (units: number): number => units / UNITS_PER_DOLLAR;

/** `used`: quota units. */
export function subscriptionView({ units, unlimited }: YunwuAccount, used: number): Record<string, unknown> {
  const limit = unlimited ? UNLIMITED : dollars(units + used);
  return {
    ...{ object: 'billing_subscription', has_payment_method: true, access_until: 0 },
    ...{ soft_limit_usd: limit, hard_limit_usd: limit, system_hard_limit_usd: limit },
  };
}

/** In cents, whatever days are asked for. */
export const usageView = (used: number): Record<string, unknown> => ({
  ...{ object: 'list', total_usage: dollars(used) * CENTS },
});

export const tokenView = ({ name, units, unlimited }: YunwuAccount, used: number) => ({
  ...{ code: true, message: 'ok' },
  data: {
    ...{ object: 'token_usage', name, total_granted: units + used, total_used: used },
    ...{ total_available: units, unlimited_quota: unlimited, model_limits: {}, model_limits_enabled: false },
    expires_at: 0,
  },
});
