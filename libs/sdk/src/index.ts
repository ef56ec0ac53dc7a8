export {
  ShotloomClient,
  type EventOptions,
  type ShotloomClientOptions,
  type SubscribeOptions,
  type Subscription,
} from './client';
export {
  ShotloomError,
  type FieldProblem,
  type ShotloomErrorCode,
  type ShotloomErrorOptions,
} from './errors';
export type { Connection, FeedHandlers, FeedTimings } from './event-feed';
export type { GenerateApi, GenerateOptions } from './generate-api';
export type { EventScope } from './job-poller';
export type { CallSignal, JobsApi, LogOptions, RetryOptions, WaitOptions } from './jobs-api';
export {
  applyMessage,
  isFinished,
  isTerminalMessage,
  newerJob,
  phaseOf,
  type JobPhase,
  type LiveJob,
} from './live-job';
export {
  lengthsOf,
  modelsFor,
  nearestDuration,
  objectionsTo,
  pixelsOf,
  priceRange,
  quoteCredits,
  type VideoWish,
} from './model-choice';
export type { SocketClass, SocketLike } from './socket-session';
export type { Fetch } from './transport';
export type {
  Accepted,
  CreditsResource,
  ImageToVideo,
  JobLinks,
  JobListFilter,
  JobLogPage,
  JobPage,
  JobResource,
  JobStage,
  JobStatus,
  MeResource,
  ModelResource,
  Operation,
  RetryJob,
  SocketMessage,
  StopAllJobs,
  StoppedJobs,
  StylePreset,
  TextToVideo,
  UploadResource,
  VideoToAnime,
} from './types';
export type { UploadOptions } from './upload';
export { JOB_STATUSES, SOCKET_KEY_PREFIX, SOCKET_PROTOCOL } from './wire';
