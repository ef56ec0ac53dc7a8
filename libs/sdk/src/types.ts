import type {
  JobResource,
  JobStatus,
  UserLogLine,
  WebhookDeliveryResource,
  WebhookResource,
} from '@shotloom/contracts';
import type { PageOptions } from './pages';

export type {
  AccountPage,
  AccountResource,
  ApiKeyPage,
  ApiKeyResource,
  AssetPage,
  AssetResource,
  AuthMethods,
  BalanceResource,
  BatchDetail,
  BatchPage,
  BatchQuote,
  BatchResource,
  BillingPlans,
  BillingResource,
  ChangeAccount,
  ChangeMember,
  ChangeWebhook,
  CheckoutResource,
  CommentPage,
  ConnectionReportResource,
  CreateApiKey,
  CreateBatch,
  CreatedApiKey,
  CreateInvitation,
  CreateWebhook,
  CreditsSummary,
  CreditTransaction,
  CreditTransactionPage,
  EnhancedPrompt,
  EnhancePrompt,
  GalleryComment,
  GalleryEntry,
  GalleryLikes,
  GalleryPage,
  ImageToVideo,
  InvitationPage,
  InvitationResource,
  JobLinks,
  JobLogPage,
  JobResource,
  JobStatus,
  MemberPage,
  MemberResource,
  MeResource,
  ModelResource,
  Moderate,
  Moderated,
  ModerationItemResource,
  ModerationPage,
  ModerationQuery,
  OpenCheckout,
  OpenedCheckout,
  ProviderConfig,
  ProviderResource,
  ProviderSettings,
  Quote,
  QuoteRequest,
  Redelivered,
  RetryJob,
  SaveProviderConfig,
  SessionResource,
  ShareJob,
  SharePage,
  ShareResource,
  SignedIn,
  SigningSecret,
  SignInWays,
  SocketMessage,
  StopAllJobs,
  StoppedJobs,
  StylePreset,
  TextToVideo,
  UpdateMe,
  UploadResource,
  UploadSession,
  UserLogLine,
  UserLogPage,
  VideoToAnime,
  WebhookDeliveryResource,
  WebhookResource,
  WebhookWithSecret,
} from '@shotloom/contracts';

/** Of a mail. */
export type Language = 'en' | 'zh-CN';
export type Operation = JobResource['operation'];
export type JobStage = NonNullable<JobResource['stage']>;

/** One page of jobs, newest first. `next_cursor` is null on the last page. */
export interface JobPage {
  readonly data: JobResource[];
  readonly next_cursor: string | null;
}

/** One page, newest first. `next_cursor` is null on the last page. */
export interface WebhookPage {
  readonly data: WebhookResource[];
  readonly next_cursor: string | null;
}
export interface WebhookDeliveryPage {
  readonly data: WebhookDeliveryResource[];
  readonly next_cursor: string | null;
}

/** Filters of the log of all jobs; `since` is ISO 8601 in UTC. */
export interface UserLogFilter extends PageOptions {
  readonly level?: readonly UserLogLine['level'][];
  readonly provider?: string;
  readonly since?: string;
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
