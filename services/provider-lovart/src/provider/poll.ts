import { AppError } from '@shotloom/kernel';
import {
  failedLook,
  readShape,
  unreadableLook,
  type PollOutcome,
  type VendorCall,
} from '@shotloom/provider-kit';
import type { LovartClient } from './client';
import { noVideo, overBudget, PROVIDER, stopped } from './errors';
import { videoAddressSchema, type LovartResult } from './schemas';
import { readTaskId, type BudgetedThread } from './task-id';

/** Waits; rejects when the signal stops it. */
export type Pause = (ms: number, signal?: AbortSignal) => Promise<void>;

const GOES_ON: PollOutcome = { kind: 'running', phase: 'running', progress: null };
const WAITS: PollOutcome = { kind: 'running', phase: 'queued', progress: null };
/** Sub-agents start late: the first `done` without a video is believed only when it is said again. Milliseconds, by the vendor's client. */
const SETTLE_MS = 5_000;

/** Asks about one thread, and says yes to its costs where the budget allows them. Never rejects. */
export async function lookAt(
  client: LovartClient,
  vendorTaskId: string,
  call: VendorCall,
  pause: Pause,
): Promise<PollOutcome> {
  try {
    const thread = readTaskId(vendorTaskId);
    const first = await glance(client, thread, call);
    if (first.kind !== 'failed') return first;
    await pause(SETTLE_MS, call.signal);
    return await glance(client, thread, call);
  } catch (error) {
    const missing = error instanceof AppError && error.vendorCode === '404';
    return missing ? { kind: 'notFound' } : failedLook(error);
  }
}

async function glance(client: LovartClient, thread: BudgetedThread, call: VendorCall): Promise<PollOutcome> {
  const word = await client.status(thread.threadId, call);
  switch (word) {
    case 'running':
    // The vendor's client names it among the words.
    // falls through
    case 'pending_confirmation': {
      const result = await client.result(thread.threadId, call);
      return (await answerCosts(client, thread, result, call)) ?? GOES_ON;
    }
    case 'done': {
      const result = await client.result(thread.threadId, call);
      const made = madeIn(result, client, call);
      if (made !== null) return made;
      return (await answerCosts(client, thread, result, call)) ?? failed(noVideo(wordsOf(result)));
    }
    case 'abort':
      return failed(stopped(wordsOf(await client.result(thread.threadId, call))));
    default:
      return { kind: 'unknownStatus', word };
  }
}

/**
 * Null where the thread does not wait for a yes. It gets one for the first video only: where there is one already, more was not ordered.
 */
async function answerCosts(
  client: LovartClient,
  { threadId, budget }: BudgetedThread,
  result: LovartResult,
  call: VendorCall,
): Promise<PollOutcome | null> {
  const cost = result.pending_confirmation?.estimated_cost;
  if (cost === undefined) return null;
  const made = madeIn(result, client, call);
  if (made !== null) return made;
  if (cost > budget) return failed(overBudget(cost, budget));
  try {
    await client.confirm(threadId, call);
  } catch (error) {
    // The account does not allow it, and the thread will never run: nothing was bought.
    if (error instanceof AppError && error.code === 'provider_quota_exhausted') return failed(error);
    throw error;
  }
  return WAITS;
}

/** The video that the agent made last, or null where it made none. */
function madeIn({ items }: LovartResult, client: LovartClient, call: VendorCall): PollOutcome | null {
  const video = items
    .flatMap(({ artifacts }) => artifacts ?? [])
    .filter(({ type }) => type === 'video')
    .at(-1);
  if (video === undefined) return null;
  const url = readShape(videoAddressSchema, video.content ?? null);
  if (!url.ok) return unreadableLook(PROVIDER, `its video is no address: ${url.problem}`);
  const needsKey = client.isOwn(url.data, call);
  return {
    kind: 'succeeded',
    // How long a link lives is not published; what a video cost is not told when it is done.
    videos: [{ url: url.data, expiresAt: null, durationSeconds: null, ...(needsKey ? { needsKey } : {}) }],
    cost: null,
  };
}

/** What the agent said last. */
const wordsOf = ({ items }: LovartResult): string =>
  items.map(({ text }) => text ?? '').findLast((text) => text !== '') ?? '';

const failed = (error: AppError): PollOutcome => ({ kind: 'failed', error, cost: null });
