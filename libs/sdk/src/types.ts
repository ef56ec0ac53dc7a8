import type {
  CreditsResource,
  ImageToVideo,
  JobLinks,
  JobLogPage,
  JobResource,
  JobStatus,
  MeResource,
  ModelResource,
  RetryJob,
  SocketMessage,
  StopAllJobs,
  StoppedJobs,
  StylePreset,
  TextToVideo,
  UploadResource,
  VideoToAnime,
} from '@shotloom/contracts';

export type {
  CreditsResource,
  ImageToVideo,
  JobLinks,
  JobLogPage,
  JobResource,
  JobStatus,
  MeResource,
  ModelResource,
  RetryJob,
  SocketMessage,
  StopAllJobs,
  StoppedJobs,
  StylePreset,
  TextToVideo,
  UploadResource,
  VideoToAnime,
};

export type Operation = JobResource['operation'];
export type JobStage = NonNullable<JobResource['stage']>;

/** One page of jobs, newest first. `next_cursor` is null on the last page. */
export interface JobPage {
  readonly data: JobResource[];
  readonly next_cursor: string | null;
}

/** What an accepted generation made: one job, or one a variant. `job` is the first of `jobs`. */
export interface Accepted {
  readonly job: JobResource;
  readonly jobs: readonly JobResource[];
}

/** Filters of a list of jobs. Times are ISO 8601 in UTC: from inclusive, before exclusive. */
export interface JobListFilter {
  readonly limit?: number;
  readonly cursor?: string;
  readonly status?: readonly JobStatus[];
  readonly provider?: string;
  readonly createdFrom?: string;
  readonly createdBefore?: string;
}
