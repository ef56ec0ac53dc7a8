import { assertNever } from '@shotloom/kernel';
import type { JobRecord } from './record';
import type { JobStage, JobStatus } from './state';

/** What the older words are made of. `handedOver`: a worker has been offered the job, though nothing is known to have begun. */
export interface JobMoment {
  readonly status: JobStatus;
  readonly stage: JobStage | null;
  readonly handedOver: boolean;
}

/** The moment of a job as one question gives it. A job that is handed over waits for nobody any more: its place is 0, and begins now. */
export function jobMoment({
  status,
  stage,
  queue,
}: Pick<JobRecord, 'status' | 'stage' | 'queue'>): JobMoment {
  return { status, stage, handedOver: status === 'queued' && queue?.etaSeconds === 0 };
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

interface Words {
  readonly anime: AnimeStatus;
  readonly yunwu: YunwuStatus;
  readonly sora: SoraStatus;
  readonly celery: CeleryStatus;
  readonly story: StoryStatus | null;
  readonly openAi: OpenAiStatus;
}

const UNDER_WAY = {
  anime: 'processing',
  yunwu: 'processing',
  sora: 'processing',
  celery: 'STARTED',
  story: 'processing',
  openAi: 'in_progress',
} as const satisfies Words;
const FAILED = {
  anime: 'failed',
  yunwu: 'failed',
  sora: 'failed',
  celery: 'FAILURE',
  story: 'failed',
  openAi: 'failed',
} as const satisfies Words;
const WAITING = { anime: 'queued', sora: 'pending', celery: 'PENDING', openAi: 'queued' } as const;

/** The compiler sees to it that no state is forgotten. */
const WORDS: Readonly<Record<JobStatus, Words>> = {
  draft: { ...WAITING, yunwu: 'pending', story: null },
  queued: { ...WAITING, yunwu: 'queued', story: 'pending' },
  submitted: { ...UNDER_WAY, anime: 'submitted' },
  processing: UNDER_WAY,
  storing: UNDER_WAY,
  completed: {
    anime: 'completed',
    yunwu: 'completed',
    sora: 'completed',
    celery: 'SUCCESS',
    story: 'completed',
    openAi: 'completed',
  },
  failed: FAILED,
  cancelled: { ...FAILED, story: null },
};

/** The anime platform's jobs. A cancelled job is `failed`, with the error `cancelled`. */
export const toAnimeStatus = ({ status }: JobMoment): AnimeStatus => WORDS[status].anime;

/** The storyboard batches' tasks: `pending` before they are run. A cancelled one is `failed`, with the error `cancelled`. */
export const toYunwuStatus = ({ status }: JobMoment): YunwuStatus => WORDS[status].yunwu;

/** The picture-to-video product's videos. */
export const toSoraStatus = ({ status }: JobMoment): SoraStatus => WORDS[status].sora;

/** A story's jobs. Null where that system has no word: a draft is not shown, and a cancelled story is one `error` message. */
export const toStoryStatus = ({ status }: JobMoment): StoryStatus | null => WORDS[status].story;

/** The OpenAI Videos protocol. A cancelled video is `failed`, with the code `cancelled`. */
export const toOpenAiStatus = ({ status }: JobMoment): OpenAiStatus => WORDS[status].openAi;

/** The studio's two vocabularies: the worker's `status`, and the `db.status` that says more. */
export function toStudioStatus(moment: JobMoment): { status: CeleryStatus; dbStatus: StudioStatus } {
  return { status: WORDS[moment.status].celery, dbStatus: studioStatusOf(moment) };
}

function studioStatusOf({ status, stage, handedOver }: JobMoment): StudioStatus {
  switch (status) {
    case 'draft':
      return 'CREATED';
    case 'queued':
      return handedOver ? 'SUBMITTED' : 'CREATED';
    case 'submitted':
      return 'STARTED';
    case 'processing':
      return stage === 'inputs_ready' ? 'DOWNLOADED' : 'RUNNING';
    case 'storing':
      return stage === 'stored' ? 'UPLOADED' : 'RUNNING';
    case 'completed':
      return 'SUCCEEDED';
    case 'failed':
    case 'cancelled':
      return 'FAILED';
    default:
      return assertNever(status, 'job status');
  }
}
