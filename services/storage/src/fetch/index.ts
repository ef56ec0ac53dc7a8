export { AllowList } from './allow-list';
export { FetchFailure, type FetchFailureKind } from './fetch-failure';
export { GuardedFetcher, type Fetched, type FetcherOptions, type FetchOptions } from './guarded-fetcher';
