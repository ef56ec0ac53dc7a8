import { AppError } from '@shotloom/kernel';
import {
  failedLook,
  readShape,
  unreadableLook,
  type PollAnswer,
  type PollOutcome,
  type TaskRef,
  type VendorCall,
} from '@shotloom/provider-kit';
import type { YunwuClient } from './client';
import { NO_TASK, PROVIDER, taskFailure } from './errors';
import { taskSchema, xaiTaskSchema, type UnifiedTask, type XaiTask } from './schemas';
import { stageOf } from './status-words';
import { readTaskId } from './task-id';

/** Asks about one task. Never rejects. */
export async function pollTask(
  client: YunwuClient,
  { attemptId, vendorTaskId }: TaskRef,
  call: VendorCall,
): Promise<PollAnswer> {
  if (vendorTaskId === null) return { attemptId, vendorTaskId, outcome: notAskable() };
  const { format, id } = readTaskId(vendorTaskId);
  const outcome = await (format === 'xai' ? xaiLook(client, id, call) : unifiedLook(client, id, call));
  return { attemptId, vendorTaskId, outcome };
}

async function unifiedLook(client: YunwuClient, id: string, call: VendorCall): Promise<PollOutcome> {
  try {
    return readUnified(await client.task(id, call), id);
  } catch (error) {
    return notAnswered(error);
  }
}

/** Where xAI's query is not there, the other one finds its tasks. */
async function xaiLook(client: YunwuClient, id: string, call: VendorCall): Promise<PollOutcome> {
  try {
    const json = await client.xaiTask(id, call);
    return json === null ? underWay('queued', null) : readXai(json);
  } catch (error) {
    return isNoSuchCall(error) ? unifiedLook(client, id, call) : notAnswered(error);
  }
}

const isNoSuchCall = (error: unknown): boolean =>
  error instanceof AppError &&
  error.details?.['status'] === 404 &&
  error.vendorCode === 'invalid_request_error';

function notAnswered(error: unknown): PollOutcome {
  return error instanceof AppError && error.vendorCode === NO_TASK ? { kind: 'notFound' } : failedLook(error);
}

/** What an answer of `GET /v1/video/query` says. It may leave out the prefix of the id. */
export function readUnified(json: unknown, id: string): PollOutcome {
  const read = readShape(taskSchema, json);
  if (!read.ok) return unreadableLook(PROVIDER, read.problem);
  const { data } = read;
  if (data.id !== id && !id.endsWith(`:${data.id}`)) return unreadableLook(PROVIDER, 'it is another task');
  return outcomeOf({ ...data, word: data.status, url: addressOf(data), seconds: null });
}

/** What an answer of `GET /v1/videos/{id}` says. */
export function readXai(json: unknown): PollOutcome {
  const read = readShape(xaiTaskSchema, json);
  if (!read.ok) return unreadableLook(PROVIDER, read.problem);
  const { status, progress, error, video, video_url: other } = read.data;
  const url = video?.url || other || null;
  const word = status ?? (url === null ? null : 'done');
  if (word === null) return unreadableLook(PROVIDER, 'there is neither a status nor a video in it');
  if (video?.respect_moderation === false && stageOf(word) === 'done') return blocked(url);
  const seconds = video?.duration ?? null;
  return outcomeOf({ word: isBegun(word, progress) ? 'processing' : word, progress, error, url, seconds });
}

/** xAI has one word for a task that waits and one that is worked on. */
const isBegun = (word: string, progress: XaiTask['progress']): boolean =>
  word === 'pending' && typeof progress === 'number' && progress > 0;

interface Seen extends Pick<XaiTask, 'progress' | 'error'> {
  readonly word: string;
  readonly url: string | null;
  readonly seconds: number | null;
}

function outcomeOf({ word, progress, error, url, seconds }: Seen): PollOutcome {
  const stage = stageOf(word);
  switch (stage) {
    case 'queued':
    case 'running':
      return underWay(stage, progress);
    case 'failed':
      return {
        ...{ kind: 'failed', cost: null },
        error: taskFailure(error?.code ?? null, error?.message ?? `The task is ${word}.`),
      };
    case 'done':
      // The address comes minutes later at times.
      return url === null ? underWay('running', null) : succeeded(url, seconds);
    case undefined:
      return url === null ? { kind: 'unknownStatus', word } : succeeded(url, seconds);
  }
}

/** Nothing is to be seen of a video that was held back; an answer that shows one all the same cannot be believed. */
const blocked = (url: string | null): PollOutcome =>
  url === null
    ? {
        kind: 'failed',
        error: taskFailure('moderation', 'The video was held back by moderation.'),
        cost: null,
      }
    : unreadableLook(PROVIDER, 'the video was held back by moderation, and is there');

const addressOf = ({ video_url: url, detail }: UnifiedTask): string | null =>
  url || detail?.upsample_video_url || detail?.video_url || null;

function underWay(phase: 'queued' | 'running', progress: number | null | undefined): PollOutcome {
  const isShare = phase === 'running' && typeof progress === 'number' && progress >= 0;
  return { kind: 'running', phase, progress: isShare ? Math.min(1, progress / 100) : null };
}

/** The vendor does not say what a video cost, nor how long its address holds. */
const succeeded = (url: string, durationSeconds: number | null): PollOutcome => ({
  ...{ kind: 'succeeded', cost: null, videos: [{ url, durationSeconds, expiresAt: null }] },
});

const notAskable = (): PollOutcome => ({
  kind: 'unavailable',
  error: new AppError(
    'provider_failed',
    'Yunwu finds a task by its own id only, which was lost with its answer.',
    { provider: PROVIDER, retryable: true },
  ),
});
