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
  jobChangedV1,
  jobProgressV1,
  mediaDeleteV1,
  mediaFailedV1,
  mediaIngestV1,
  mediaPosterV1,
  mediaStoredV1,
  workSubmitV1,
  type MediaSource,
  type RenderedObject,
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
  mediaIngestConsumer,
  mediaPosterConsumer,
  mediaResultsConsumer,
  pollsConsumer,
  subjects,
  workCancelConsumer,
  workSubmitConsumer,
} from './bus/subjects';
export {
  aspectRatioSchema,
  ASPECT_RATIOS,
  modelIdSchema,
  modelSpecSchema,
  OPERATIONS,
  operationSchema,
  type AspectRatio,
  type ModelSpec,
  type Operation,
} from './catalogue/model';
export { MODELS } from './catalogue/models';
export { Catalogue, priceOf, type ModelState } from './catalogue/catalogue';
export {
  costMicros,
  estimateVendorMicros,
  MICROS_PER_CREDIT,
  VENDOR_UNIT_MICROS,
} from './catalogue/vendor-cost';
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
  jobInputSchema,
  jobOutputSchema,
  jobRecordSchema,
  jobStateSchema,
  videoRequestSchema,
  type JobInput,
  type JobOutput,
  type JobRecord,
  type JobState,
  type VideoRequest,
} from './job/record';
export {
  assetRecordSchema,
  describedAssetSchema,
  type AssetRecord,
  type DescribedAsset,
} from './asset/record';
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
export { PROVIDERS, providerSpec, providerSpecSchema, type ProviderSpec } from './catalogue/providers';
export {
  acceptJobsRpc,
  cancelJobRpc,
  deleteJobRpc,
  getJobRpc,
  jobLogEntrySchema,
  jobLogRpc,
  listJobsRpc,
  LOG_LEVELS,
  stopAllJobsRpc,
  type JobLogEntry,
} from './rpc/jobs';
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
export { describeAssetsRpc, registerUploadRpc } from './rpc/storage';
export { PLATFORM_ROLES, principalSchema, SCOPES, verifyCredentialRpc, type Principal } from './rpc/identity';
export { problemSchema, type Problem } from './http/problem';
export {
  imageToVideoSchema,
  textToVideoSchema,
  videoToAnimeSchema,
  type ImageToVideo,
  type TextToVideo,
  type VideoToAnime,
} from './http/generate';
export {
  jobGroupSchema,
  jobPageSchema,
  jobResourceSchema,
  toJobResource,
  type JobResource,
} from './http/job-resource';
export { jobListQuerySchema, type JobListQuery } from './http/job-list';
export {
  jobLogPageSchema,
  jobLogQuerySchema,
  retryJobSchema,
  stopAllJobsSchema,
  stoppedJobsSchema,
  toJobLogPage,
  type JobLogPage,
  type JobLogQuery,
  type RetryJob,
  type StopAllJobs,
  type StoppedJobs,
} from './http/job-actions';
export {
  creditsResourceSchema,
  healthResourceSchema,
  jobLinksSchema,
  meResourceSchema,
  modelListSchema,
  modelResourceSchema,
  stylePresetListSchema,
  ticketResourceSchema,
  uploadResourceSchema,
  type CreditsResource,
  type JobLinks,
  type MeResource,
  type ModelResource,
  type UploadResource,
} from './http/resources';
export {
  connectedMessageSchema,
  errorMessageSchema,
  jobCompleteMessageSchema,
  progressMessageSchema,
  shotCompleteMessageSchema,
  SOCKET_KEY_PREFIX,
  SOCKET_PROTOCOL,
  socketMessageSchema,
  statusMessageSchema,
  type SocketMessage,
} from './http/socket-messages';
export {
  providerSettingsSchema,
  saveProviderConfigSchema,
  providerConfigSchema,
  connectionReportSchema,
  balanceResourceSchema,
  providerResourceSchema,
  providerListSchema,
  type ProviderSettings,
  type SaveProviderConfig,
  type ProviderConfig,
  type ConnectionReportResource,
  type BalanceResource,
  type ProviderResource,
} from './http/provider-config';
export {
  platformSettingsSchema,
  changeSettingsSchema,
  setMaintenanceSchema,
  type PlatformSettings,
  type ChangeSettings,
  type SetMaintenance,
} from './http/platform-settings';
export {
  reasonSchema,
  becauseSchema,
  adminUserListQuerySchema,
  adminUserSchema,
  adminUserPageSchema,
  adminUserDetailSchema,
  changeRoleSchema,
  adminAccountListQuerySchema,
  adminAccountSchema,
  adminAccountPageSchema,
  adminAccountDetailSchema,
  changePlanSchema,
  changeCreditsSchema,
  refundJobSchema,
  changedCreditsSchema,
  type Because,
  type AdminUserListQuery,
  type AdminUser,
  type AdminUserDetail,
  type ChangeRole,
  type AdminAccountListQuery,
  type AdminAccount,
  type AdminAccountDetail,
  type ChangePlan,
  type ChangeCredits,
  type RefundJob,
  type ChangedCredits,
} from './http/admin-people';
export {
  adminPlanSchema,
  adminPlanListSchema,
  createPlanSchema,
  changePlanLimitsSchema,
  type AdminPlan,
  type CreatePlan,
  type ChangePlanLimits,
} from './http/admin-plans';
export {
  modelWithoutPriceSchema,
  saveModelSchema,
  retireModelSchema,
  setPriceSchema,
  adminModelSchema,
  type SaveModel,
  type RetireModel,
  type SetPrice,
  type AdminModel,
} from './http/admin-catalogue';
export {
  providerLimitsSchema,
  setLimitsSchema,
  adminProviderSchema,
  adminProviderListSchema,
  createCredentialSchema,
  changeCredentialSchema,
  adminCredentialSchema,
  adminCredentialListSchema,
  spendQuerySchema,
  spendResourceSchema,
  type ProviderLimitsResource,
  type SetLimits,
  type AdminProvider,
  type CreateCredential,
  type ChangeCredential,
  type AdminCredential,
  type SpendQuery,
  type SpendResource,
} from './http/admin-providers';
export {
  deadLetterQuerySchema,
  deadLetterPageSchema,
  deadLetterResourceSchema,
  replayedLetterSchema,
  uncertainQuerySchema,
  uncertainPageSchema,
  resolveUncertainSchema,
  resolvedUncertainSchema,
  jobAuditSchema,
  auditQuerySchema,
  auditEntrySchema,
  auditPageSchema,
  type DeadLetterQuery,
  type UncertainQuery,
  type ResolveUncertain,
  type AuditQuery,
  type AuditEntryResource,
} from './http/admin-operations';
