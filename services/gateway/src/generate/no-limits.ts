/** Until plans say otherwise. */
export const NO_LIMITS = { concurrency: null, perProvider: null, generationsPerHour: null } as const;
