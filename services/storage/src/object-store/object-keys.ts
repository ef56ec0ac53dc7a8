/** Where objects are: the only place that knows the prefixes. */
export const objectKeys = {
  /** All that was rendered for one attempt. */
  attempt: (attemptId: string) => `attempts/${attemptId}/`,
  poster: (assetId: string) => `posters/${assetId}.jpg`,
  uploads: 'uploads/',
  attempts: 'attempts/',
  posters: 'posters/',
} as const;
