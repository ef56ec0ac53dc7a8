import { AppError } from '@shotloom/kernel';
import type { PlannedRoute } from './planned-routes';

/** What the route says until its engine is there. */
export function notYet({ what }: Pick<PlannedRoute, 'what'>): AppError {
  return new AppError(
    'provider_unavailable',
    `${what} are not there yet: this release has no engine for them. Single videos are made with POST /api/v1/generate/text-to-video.`,
  );
}
