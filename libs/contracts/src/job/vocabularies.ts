import { assertNever } from '@shotloom/kernel';
import type { JobStage, JobStatus } from './state';

/** What the older words are made of. `handedOver`: a worker has been offered the job, though nothing is known to have begun. */
export interface JobMoment {
  readonly status: JobStatus;
  readonly stage: JobStage | null;
  readonly handedOver: boolean;
}

/** The words of the systems whose routes Shotloom keeps (product, section 2). Each is a pure mapping of state and stage. */
export type AnimeStatus = 'queued' | 'submitted' | 'processing' | 'completed' | 'failed';
export type YunwuStatus = 'pending' | 'queued' | 'processing' | 'completed' | 'failed';
export type SoraStatus = 'pending' | 'processing' | 'completed' | 'failed';
export type CeleryStatus = 'PENDING' | 'STARTED' | 'SUCCESS' | 'FAILURE';
export type StudioStatus =
  'CREATED' | 'SUBMITTED' | 'STARTED' | 'DOWNLOADED' | 'RUNNING' | 'UPLOADED' | 'SUCCEEDED' | 'FAILED';
export type StoryStatus = 'pending' | 'processing' | 'completed' | 'failed';
export type OpenAiStatus = 'queued' | 'in_progress' | 'completed' | 'failed';

/** The anime platform's jobs. A cancelled job is `failed`, with the error `cancelled`. */
export function toAnimeStatus({ status }: JobMoment): AnimeStatus {
  switch (status) {
    case 'draft':
    case 'queued':
      return 'queued';
    case 'submitted':
      return 'submitted';
    case 'processing':
    case 'storing':
      return 'processing';
    case 'completed':
      return 'completed';
    case 'failed':
    case 'cancelled':
      return 'failed';
    default:
      return assertNever(status, 'job status');
  }
}

/** The storyboard batches' tasks: `pending` before they are run. A cancelled one is `failed`, with the error `cancelled`. */
export function toYunwuStatus({ status }: JobMoment): YunwuStatus {
  switch (status) {
    case 'draft':
      return 'pending';
    case 'queued':
      return 'queued';
    case 'submitted':
    case 'processing':
    case 'storing':
      return 'processing';
    case 'completed':
      return 'completed';
    case 'failed':
    case 'cancelled':
      return 'failed';
    default:
      return assertNever(status, 'job status');
  }
}

/** The picture-to-video product's videos. */
export function toSoraStatus({ status }: JobMoment): SoraStatus {
  switch (status) {
    case 'draft':
    case 'queued':
      return 'pending';
    case 'submitted':
    case 'processing':
    case 'storing':
      return 'processing';
    case 'completed':
      return 'completed';
    case 'failed':
    case 'cancelled':
      return 'failed';
    default:
      return assertNever(status, 'job status');
  }
}

/** The studio's two vocabularies: the worker's `status`, and the `db.status` that says more. */
export function toStudioStatus(moment: JobMoment): { status: CeleryStatus; dbStatus: StudioStatus } {
  const { status, stage, handedOver } = moment;
  switch (status) {
    case 'draft':
      return { status: 'PENDING', dbStatus: 'CREATED' };
    case 'queued':
      return { status: 'PENDING', dbStatus: handedOver ? 'SUBMITTED' : 'CREATED' };
    case 'submitted':
      return { status: 'STARTED', dbStatus: 'STARTED' };
    case 'processing':
      return { status: 'STARTED', dbStatus: stage === 'inputs_ready' ? 'DOWNLOADED' : 'RUNNING' };
    case 'storing':
      return { status: 'STARTED', dbStatus: stage === 'stored' ? 'UPLOADED' : 'RUNNING' };
    case 'completed':
      return { status: 'SUCCESS', dbStatus: 'SUCCEEDED' };
    case 'failed':
    case 'cancelled':
      return { status: 'FAILURE', dbStatus: 'FAILED' };
    default:
      return assertNever(status, 'job status');
  }
}

/** A story's jobs. Null where that system has no word: a draft is not shown, and a cancelled story is one `error` message. */
export function toStoryStatus({ status }: JobMoment): StoryStatus | null {
  switch (status) {
    case 'draft':
    case 'cancelled':
      return null;
    case 'queued':
      return 'pending';
    case 'submitted':
    case 'processing':
    case 'storing':
      return 'processing';
    case 'completed':
      return 'completed';
    case 'failed':
      return 'failed';
    default:
      return assertNever(status, 'job status');
  }
}

/** The OpenAI Videos protocol. A cancelled video is `failed`, with the code `cancelled`. */
export function toOpenAiStatus({ status }: JobMoment): OpenAiStatus {
  switch (status) {
    case 'draft':
    case 'queued':
      return 'queued';
    case 'submitted':
    case 'processing':
    case 'storing':
      return 'in_progress';
    case 'completed':
      return 'completed';
    case 'failed':
    case 'cancelled':
      return 'failed';
    default:
      return assertNever(status, 'job status');
  }
}
