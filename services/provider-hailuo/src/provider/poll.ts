import { AppError, type Clock } from '@shotloom/kernel';
import {
  failedLook,
  readShape,
  unreadableLook,
  type PollAnswer,
  type PollOutcome,
  type TaskRef,
  type VendorCall,
  type VendorHttpResponse,
  type VendorVideo,
} from '@shotloom/provider-kit';
import { codeOf, failure, secretsOf, type HailuoClient } from './client';
import { ENDS_TASK, INVALID_PARAMETERS, PROVIDER, taskFailure } from './errors';
import { v1TaskSchema, v2TaskSchema } from './schemas';
import { stageOf } from './status-words';
import { readTaskId } from './task-id';

/** How long a link works, by what third parties saw; after it the same query gives another. */
const LINK_LIFETIME_MS = 9 * 3600 * 1000;

/** Asks about one task. Never rejects. */
export async function pollTask(
  client: HailuoClient,
  { attemptId, vendorTaskId }: TaskRef,
  call: VendorCall,
  clock: Clock,
): Promise<PollAnswer> {
  if (vendorTaskId === null) return { attemptId, vendorTaskId, outcome: notAskable() };
  const task = readTaskId(vendorTaskId);
  try {
    const response = await client.task(task, call);
    const outcome =
      task.api === 'v1' ? await v1Outcome(client, response, call, clock) : v2Outcome(response, call, clock);
    return { attemptId, vendorTaskId, outcome };
  } catch (error) {
    return { attemptId, vendorTaskId, outcome: failedLook(error) };
  }
}

async function v1Outcome(
  client: HailuoClient,
  response: VendorHttpResponse,
  call: VendorCall,
  clock: Clock,
): Promise<PollOutcome> {
  const said = codeOf('v1', response, secretsOf(call));
  const task = readShape(v1TaskSchema, response.body);
  const stage = task.ok ? stageOf('v1', task.data.status) : null;
  // A task that failed is shown as an error; its code and words are the reason.
  if (stage === 'failed') return ended(said?.code ?? null, said?.message ?? '');
  const error = failure('v1', response, 'reads', secretsOf(call));
  if (error !== null) return said === null ? unavailable(error) : refusal(said.code, said.message, error);
  if (!task.ok) return unreadableLook(PROVIDER, task.problem);
  if (stage !== 'done') return underWay(stage, task.data.status);
  const fileId = task.data.file_id ?? null;
  if (fileId === null) return unreadableLook(PROVIDER, 'it succeeded, but there is no file in it');
  return succeeded({ url: await client.link(fileId, call), durationSeconds: null }, clock);
}

function v2Outcome(response: VendorHttpResponse, call: VendorCall, clock: Clock): PollOutcome {
  const secrets = secretsOf(call);
  const error = failure('v2', response, 'reads', secrets);
  if (error !== null) {
    const said = codeOf('v2', response, secrets);
    return said === null ? unavailable(error) : refusal(said.code, said.message, error);
  }
  const read = readShape(v2TaskSchema, response.body);
  if (!read.ok) return unreadableLook(PROVIDER, read.problem);
  const { status, error: why, content, duration } = read.data.task;
  const stage = stageOf('v2', status);
  if (stage === 'failed') return ended(numberOf(why?.code), why?.message ?? `The task is ${status}.`);
  if (stage !== 'done') return underWay(stage, status);
  const url = content?.url ?? null;
  if (url === null) return unreadableLook(PROVIDER, 'it succeeded, but there is no link in it');
  return succeeded({ url, durationSeconds: duration ?? null }, clock);
}

const underWay = (stage: 'queued' | 'running' | undefined | null, word: string): PollOutcome =>
  stage === undefined || stage === null
    ? { kind: 'unknownStatus', word }
    : { kind: 'running', phase: stage, progress: null };

const numberOf = (code: string | null | undefined): number | null =>
  code !== null && code !== undefined && /^\d{1,9}$/.test(code) ? Number(code) : null;

const succeeded = (
  { url, durationSeconds }: Pick<VendorVideo, 'url' | 'durationSeconds'>,
  clock: Clock,
): PollOutcome => ({
  kind: 'succeeded',
  videos: [
    {
      url,
      durationSeconds: durationSeconds !== null && durationSeconds > 0 ? durationSeconds : null,
      expiresAt: new Date(clock.now().getTime() + LINK_LIFETIME_MS),
    },
  ],
  // The vendor does not say what a video cost.
  cost: null,
});

const ended = (code: number | null, message: string): PollOutcome => ({
  kind: 'failed',
  error: taskFailure(code, message),
  cost: null,
});

function refusal(code: number, message: string, error: AppError): PollOutcome {
  if (ENDS_TASK.includes(code)) return ended(code, message);
  return code === INVALID_PARAMETERS ? { kind: 'notFound' } : unavailable(error);
}

const unavailable = (error: AppError): PollOutcome => ({ kind: 'unavailable', error });
const notAskable = (): PollOutcome =>
  unavailable(
    new AppError(
      'provider_failed',
      'MiniMax finds a task by its own id only, which was lost with its answer.',
      {
        ...{ provider: PROVIDER, retryable: true },
      },
    ),
  );
