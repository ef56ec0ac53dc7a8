import type { WindowOptions } from './window';

export const USERS = 50;
export const IN_FLIGHT = 64;
/** The vendor answers the order before its callback comes, as vendors do. */
export const AT_ONCE_MS = 20;
export const TINY = 64 * 1024;

/** As much as the platform takes: the next order follows the end of another. */
export const fullLoad = (quick: boolean): WindowOptions => ({
  pace: { inFlight: IN_FLIGHT },
  ...(quick ? { warmUpSeconds: 3, seconds: 8 } : { warmUpSeconds: 10, seconds: 20 }),
});
