/** What a user has beside single jobs: better prompts, batches, files, and the log of all jobs. */
export {
  enhancedPromptSchema,
  enhancePromptSchema,
  type EnhancedPrompt,
  type EnhancePrompt,
} from './prompts';
export {
  batchDetailSchema,
  batchListQuerySchema,
  batchPageSchema,
  batchQuoteSchema,
  batchResourceSchema,
  createBatchSchema,
  toBatch,
  type BatchDetail,
  type BatchListQuery,
  type BatchPage,
  type BatchQuote,
  type BatchResource,
  type CreateBatch,
} from './batches';
export {
  assetListQuerySchema,
  assetPageSchema,
  assetResourceSchema,
  type AssetListQuery,
  type AssetPage,
  type AssetResource,
} from './assets';
export {
  toUserLogLine,
  userLogPageSchema,
  userLogQuerySchema,
  type UserLogLine,
  type UserLogPage,
  type UserLogQuery,
} from './user-log';
