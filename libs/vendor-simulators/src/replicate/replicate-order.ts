import { z } from 'zod';
import type { SimOrder, SimTaskOf } from '../core/task-book';
import type { ReplicateAccount } from './replicate-accounts';
import { invalidInput, ReplicateError } from './replicate-errors';
import type { ReplicateModel } from './replicate-models';

/** A create request that passed every check. */
export interface ReplicateOrder extends SimOrder {
  readonly model: ReplicateModel;
  /** With its defaults, as the model gets it. */
  readonly input: Readonly<Record<string, unknown>>;
  /** After this many milliseconds it is stopped; null: never. */
  readonly cancelAfterMs: number | null;
}
export type ReplicateTask = SimTaskOf<ReplicateAccount, ReplicateOrder>;

const EVENTS = ['start', 'output', 'logs', 'completed'] as const;
const bodySchema = z.object({
  version: z.string().optional(),
  input: z.record(z.string(), z.unknown()),
  webhook: z.string().optional(),
  webhook_events_filter: z.array(z.enum(EVENTS)).optional(),
  stream: z.boolean().optional(),
});
const DEADLINE = /^(\d+)(s|m|h)$/;
const UNIT_MS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000 };
const LEAST_DEADLINE_MS = 5_000;

/** Which model a body or a path means. */
export type ModelChoice = { readonly byPath: string } | { readonly byVersion: true };

/** Reads a create. Throws the vendor's errors. */
export function readOrder(
  json: unknown,
  choice: ModelChoice,
  cancelAfter: string | undefined,
  models: readonly ReplicateModel[],
): ReplicateOrder {
  const body = bodySchema.safeParse(json);
  if (!body.success) {
    const [issue] = body.error.issues;
    throw invalidInput(issue?.path.join('.') || 'body', issue?.message ?? 'is not an object');
  }
  const model = 'byPath' in choice ? official(models, choice.byPath) : versioned(models, body.data.version);
  const input = model.input.safeParse(body.data.input);
  if (!input.success) {
    const [issue] = input.error.issues;
    throw invalidInput(['input', ...(issue?.path ?? [])].join('.'), issue?.message ?? 'is invalid');
  }
  const prompt = input.data['prompt'];
  return {
    ...{ model, input: input.data, externalId: null },
    prompt: typeof prompt === 'string' ? prompt : '',
    callbackUrl: checkWebhook(body.data.webhook),
    clip: model.clipOf(input.data),
    // What its hardware took is known when it is over.
    units: 'perVideo' in model.price ? `${model.price.perVideo(input.data)}` : '0',
    cancelAfterMs: readDeadline(cancelAfter),
  };
}

function official(models: readonly ReplicateModel[], name: string): ReplicateModel {
  const model = models.find((one) => one.name === name && one.version === null);
  if (model === undefined) throw new ReplicateError(404);
  return model;
}

/** 64 digits, `owner/name:<64 digits>`, or `owner/name` of an official model. */
function versioned(models: readonly ReplicateModel[], version: string | undefined): ReplicateModel {
  if (version === undefined) throw invalidInput('version', 'version is required');
  const [name, digits] = version.includes('/') ? version.split(':') : [undefined, version];
  const model = models.find(
    (one) => (name === undefined || one.name === name) && one.version === (digits ?? null),
  );
  if (model !== undefined) return model;
  throw new ReplicateError(
    422,
    "The specified version does not exist (or perhaps you don't have permission to use it?)",
  );
}

/** The vendor calls back by https only. So that it can be tried out here, this machine may be called by http. */
function checkWebhook(url: string | undefined): string | null {
  if (url === undefined) return null;
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  const isHere = parsed?.protocol === 'http:' && ['127.0.0.1', 'localhost'].includes(parsed.hostname);
  if (parsed?.protocol !== 'https:' && !isHere) throw invalidInput('webhook', 'must be an HTTPS URL');
  return url;
}

function readDeadline(text: string | undefined): number | null {
  if (text === undefined) return null;
  const [, count = '', unit = ''] = DEADLINE.exec(text) ?? [];
  const ms = Number(count) * (UNIT_MS[unit] ?? Number.NaN);
  if (!(ms >= LEAST_DEADLINE_MS)) throw invalidInput('Cancel-After', 'must be a duration such as 30s or 5m');
  return ms;
}
