/** The only way domain code learns the time, so that a test can set it. */
export interface Clock {
  /** The present moment, UTC. */
  now(): Date;
}

export const systemClock: Clock = { now: () => new Date() };
