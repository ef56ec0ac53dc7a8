export {
  defineMessage,
  envelopeSchema,
  type Envelope,
  type MessageContract,
  type PayloadOf,
} from './bus/envelope';
export {
  defineRpc,
  errorRecordSchema,
  rpcReplySchema,
  type RpcContract,
  type RpcRequest,
  type RpcResponse,
} from './bus/rpc';
export { STREAMS, type ConsumerSpec, type StreamSpec } from './bus/topology';
export {
  attemptCancelledV1,
  attemptFailedV1,
  attemptSucceededV1,
  catalogueChangedV1,
  credentialsChangedV1,
  creditsChangedV1,
  identityRevokedV1,
  jobChangedV1,
  limitsChangedV1,
  jobProgressV1,
  mediaDeleteV1,
  mediaFailedV1,
  mediaImportV1,
  mediaIngestV1,
  mediaPosterV1,
  mediaRenditionsV1,
  mediaStoredV1,
  retentionChangedV1,
  workSubmitV1,
  type MediaSource,
  type VendorLink,
} from './bus/messages';
export {
  attemptCancelAnsweredV1,
  attemptHintedV1,
  attemptRefusedV1,
  attemptsSeenV1,
  attemptSubmittedV1,
  attemptUncertainV1,
  pollBatchV1,
  workCancelV1,
} from './bus/vendor-messages';
export {
  attemptsConsumer,
  consumersFor,
  mediaDeleteConsumer,
  mediaImportConsumer,
  mediaIngestConsumer,
  mediaPosterConsumer,
  mediaRenditionsConsumer,
  limitsConsumer,
  mediaResultsConsumer,
  pollsConsumer,
  retentionConsumer,
  subjects,
  userOfJobs,
  webhookEventsConsumer,
  workCancelConsumer,
  workSubmitConsumer,
} from './bus/subjects';
export {
  aspectRatioSchema,
  ASPECT_RATIOS,
  INPUT_ROLES,
  modelIdSchema,
  OPERATIONS,
  operationSchema,
  type AspectRatio,
  type InputRole,
  type Operation,
  type ParamValue,
} from './catalogue/vocabulary';
export { coherentModelSpecSchema } from './catalogue/coherence';
export { modelSpecSchema, type ModelEntry, type ModelSpec } from './catalogue/model';
export { conditionSchema, constraintSchema, type Condition, type Constraint } from './catalogue/condition';
export { type PictureFit, type PictureLimits } from './catalogue/input-limits';
export { paramSpecSchema, type ParamSpec } from './catalogue/param-spec';
export { priceSchema, tariffSchema, type Price, type Tariff } from './catalogue/price';
export * from './catalogue/rules';
export { vendorPrompt, type VendorPrompt } from './catalogue/vendor-prompt';
export { MODELS, PROVIDERS, providerSpec } from './catalogue/vendors';
export { Catalogue, priceOf, type ModelState } from './catalogue/catalogue';
export { costMicros, estimateVendorMicros, VENDOR_UNIT_MICROS } from './catalogue/vendor-cost';
export {
  balanceRpc,
  catalogueRpc,
  credentialChangedRpc,
  credentialSpendRpc,
  credentialUseRpc,
  listProvidersRpc,
  setProviderLimitsRpc,
  SPEND_KEYS,
  spendRpc,
  type ProviderLimits,
  type ProviderNow,
} from './rpc/providers';
export {
  STYLE_PRESET_IDS,
  STYLE_PRESETS,
  type StylePreset,
  type StylePresetId,
} from './catalogue/style-presets';
export {
  JOB_CONDITIONS,
  JOB_STAGES,
  JOB_STATUSES,
  jobStateMachine,
  type JobCondition,
  type JobStage,
  type JobStatus,
} from './job/state';
export {
  toAnimeStatus,
  toOpenAiStatus,
  toSoraStatus,
  toStoryStatus,
  toStudioStatus,
  toYunwuStatus,
  type JobMoment,
} from './job/vocabularies';
export {
  adjustmentSchema,
  jobInputSchema,
  jobOutputSchema,
  jobRecordSchema,
  jobStateSchema,
  videoRequestSchema,
  type Adjustment,
  type JobInput,
  type JobOutput,
  type JobRecord,
  type JobState,
  type VideoRequest,
} from './job/record';
export {
  RENDITION_KINDS,
  renditionRecordSchema,
  spriteGridSchema,
  type RenditionKind,
  type RenditionRecord,
  type SpriteGridRecord,
} from './asset/rendition';
export {
  assetRecordSchema,
  describedAssetSchema,
  type AssetRecord,
  type DescribedAsset,
} from './asset/record';
export type { RenderedObject } from './attempt/rendered-object';
export { ATTEMPT_STATUSES, attemptStateMachine, type AttemptStatus } from './attempt/state';
export {
  credentialRefSchema,
  vendorCostSchema,
  vendorOutcomeSchema,
  vendorTaskRefSchema,
  vendorVideoSchema,
  type CredentialRef,
  type VendorCost,
  type VendorOutcome,
  type VendorTaskRef,
} from './attempt/vendor-outcome';
export { providerSpecSchema, type ProviderSpec } from './catalogue/provider-spec';
export {
  acceptJobsRpc,
  assetsInUseRpc,
  cancelJobRpc,
  deleteJobRpc,
  getJobRpc,
  jobLogEntrySchema,
  jobLogRpc,
  userLogRpc,
  listJobsRpc,
  LOG_LEVELS,
  stopAllJobsRpc,
  type JobLogEntry,
  type UserLogEntry,
} from './rpc/jobs';
export {
  createDraftsRpc,
  getJobsRpc,
  jobStatesRpc,
  MOST_DRAFT_REQUESTS,
  MOST_JOBS_OF_A_SET,
  MOST_JOBS_READ,
  runDraftsRpc,
} from './rpc/drafts';
export {
  attemptRefRpc,
  beginSubmitRpc,
  credentialSecretRpc,
  listCredentialsRpc,
  providerCallbackRpc,
  testConnectionRpc,
} from './rpc/vendor';
export { beginAttemptRpc, releaseLeaseRpc, renewLeaseRpc } from './rpc/attempts';
export {
  listDeadLettersRpc,
  listUncertainRpc,
  opsAuditRpc,
  pauseProviderRpc,
  replayDeadLetterRpc,
  resolveUncertainRpc,
} from './rpc/operations';
export {
  auditReportSchema,
  checkSchema,
  type AuditedAttempt,
  type AuditedDeadLetters,
  type AuditedEvent,
  type AuditedEvents,
  type AuditedHold,
  type AuditedJob,
  type AuditedOutbox,
  type AuditReport,
  type Check,
} from './operations/audit';
export {
  deadLetterSchema,
  uncertainAttemptSchema,
  uncertainResolutionSchema,
  type DeadLetterRecord,
  type UncertainAttempt,
  type UncertainResolution,
} from './operations/records';
export {
  addCommentRpc,
  deleteCommentRpc,
  listCommentsRpc,
  listGalleryRpc,
  listModerationRpc,
  moderateRpc,
  reportRpc,
  setLikeRpc,
} from './rpc/gallery';
export { getShareRpc, listSharesRpc, openShareRpc, revokeShareRpc, shareJobRpc } from './rpc/sharing';
export { deleteAssetRpc, getAssetRpc, listAssetsRpc, ownAssetSchema, type OwnAsset } from './rpc/assets';
export { describeAssetsRpc, mediaFactsRpc, registerUploadRpc, type MediaFacts } from './rpc/storage';
export {
  type CommentRecord,
  type GalleryEntryRecord,
  type GalleryStatus,
  type ModerationDecision,
  type ModerationItem,
  type OpenedShare,
  type ShareRecord,
} from './sharing/record';
export {
  appendUploadRpc,
  completeUploadRpc,
  deleteUploadRpc,
  getUploadRpc,
  importUrlRpc,
  openUploadRpc,
  storageUsageRpc,
  UPLOAD_STATES,
  UPLOAD_WAYS,
  uploadLimitsSchema,
  uploadRecordSchema,
  type UploadLimits,
  type UploadRecord,
  type UploadState,
  type UploadWay,
} from './rpc/uploads';
export {
  availableCreditsRpc,
  accountRetentionRpc,
  endedCredentialsRpc,
  PLATFORM_ROLES,
  principalSchema,
  SCOPES,
  verifyCredentialRpc,
  type Principal,
} from './rpc/identity';
export {
  acceptBatchRpc,
  batchOrderSchema,
  batchRecordSchema,
  bringBatchRowsRpc,
  cancelBatchRpc,
  getBatchRpc,
  listBatchesRpc,
  MOST_BATCH_ROWS,
  MOST_BATCH_VIDEOS,
  MOST_ROWS_BROUGHT,
  openBatchRpc,
  type BatchOrder,
  type BatchRecord,
} from './rpc/batches';
export * from './http';
export {
  jobEventType,
  wantsEvent,
  WEBHOOK_EVENT_TYPES,
  WEBHOOK_PATTERNS,
  type WebhookEventType,
} from './webhooks/event-types';
export { type WebhookDeliveryRecord, type WebhookRecord } from './webhooks/record';
export {
  changeWebhookRpc,
  createWebhookRpc,
  deleteWebhookRpc,
  getWebhookRpc,
  listWebhookDeliveriesRpc,
  jobSecretRpc,
  listWebhooksRpc,
  redeliverFailedWebhooksRpc,
  redeliverWebhookRpc,
  rotateWebhookSecretRpc,
  testWebhookRpc,
  watchJobsRpc,
  webhookDisabledNoticeRpc,
} from './rpc/webhooks';
