export { AllowList } from './allow-list';
export { allowListSchema } from './allow-list-schema';
export type { Address, Resolve } from './checked-addresses';
export { FetchFailure, type FetchFailureKind } from './fetch-failure';
export { GuardedFetcher, type Fetched, type FetcherOptions, type FetchOptions } from './guarded-fetcher';
export { GuardedSender, type Answered, type Post, type SenderOptions } from './guarded-sender';
