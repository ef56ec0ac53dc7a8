import type { AttemptRow } from '../attempts/attempt-rows';
import { estimateProgress } from './estimate';

export type Waiting = Pick<AttemptRow, 'progress' | 'kind' | 'submitted_at' | 'usual_seconds'>;

/** What an attempt has reached, 0 to 1: the engine's word, or an estimate where the engine gives none. */
export function reached(attempt: Waiting, now: Date): { progress: number; estimated: boolean } {
  const { progress, kind, submitted_at: since, usual_seconds: usual } = attempt;
  if (kind === 'lease' || since === null || usual === null) return { progress, estimated: false };
  const estimate = estimateProgress((now.getTime() - since.getTime()) / 1000, usual);
  return estimate > progress ? { progress: estimate, estimated: true } : { progress, estimated: false };
}
