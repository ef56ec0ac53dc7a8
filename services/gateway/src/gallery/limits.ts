import type { Limit } from '../auth/throttle';

const MINUTE = 60;
const HOUR = 3_600;

/** A person reads before they write; a program that floods does not. */
export const commentLimits = (userId: string): Limit[] => [
  { key: `gallery-comments:${userId}`, tries: 10, seconds: MINUTE },
  { key: `gallery-comments-hour:${userId}`, tries: 120, seconds: HOUR },
];

export const likeLimits = (userId: string): Limit[] => [
  { key: `gallery-likes:${userId}`, tries: 60, seconds: MINUTE },
];

/** Each is read by a person. */
export const reportLimits = (userId: string): Limit[] => [
  { key: `gallery-reports:${userId}`, tries: 20, seconds: HOUR },
];
