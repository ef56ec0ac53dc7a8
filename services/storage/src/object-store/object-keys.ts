import { newId } from '@shotloom/kernel';

/** Where objects are: the only place that knows the prefixes. */
export const objectKeys = {
  /** All that was rendered for one attempt. */
  attempt: (attemptId: string) => `attempts/${attemptId}/`,
  /** A place that nobody else writes to, for one delivery of one result. */
  delivery: (attemptId: string) => `attempts/${attemptId}/${newId()}`,
  poster: (assetId: string) => `posters/${assetId}.jpg`,
  uploads: 'uploads/',
  attempts: 'attempts/',
  posters: 'posters/',
} as const;
