export type { AccountsApi, NewInvitation } from './accounts-api';
export type { ApiKeysApi, NewApiKey } from './api-keys-api';
export type { AssetFilter, AssetsApi } from './assets-api';
export type { AuthApi, MailRequest, Registration } from './auth-api';
export type { BatchesApi, BatchFile, BatchOptions, BatchWaitOptions } from './batches-api';
export type { BillingApi } from './billing-api';
export {
  ShotloomClient,
  type EventOptions,
  type ShotloomClientOptions,
  type SubscribeOptions,
  type Subscription,
} from './client';
export {
  errorOfAnswer,
  networkError,
  ShotloomError,
  type FieldProblem,
  type ShotloomErrorCode,
  type ShotloomErrorOptions,
} from './errors';
export type { Connection, FeedHandlers, FeedTimings } from './event-feed';
export type { GalleryApi, GalleryOptions } from './gallery-api';
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
export type { ModerationApi, ModerationOptions } from './moderation-api';
export type { PageOptions } from './pages';
export type { ProfileApi } from './profile-api';
export type { ProvidersApi } from './providers-api';
export type { ResumableOptions } from './resumable-upload';
export type { SharesApi } from './shares-api';
export type { SocketClass, SocketLike } from './socket-session';
export type { Access, Fetch } from './transport';
export type * from './types';
export type { UploadOptions } from './upload';
export type { DeliveryFilter, NewWebhook, WebhooksApi } from './webhooks-api';
export { verifyWebhook, type VerifyOptions, type WebhookEvent } from './verify-webhook';
export { JOB_STATUSES, SOCKET_KEY_PREFIX, SOCKET_PROTOCOL } from './wire';
