import type { AppError } from '@shotloom/kernel';
import type { IngestOutcome } from '../metrics';
import type { VideoFacts } from '../videos/inspect-video';

/** How a result turned out to be one that cannot be stored. */
export type Refusal = Extract<IngestOutcome, 'missing' | 'invalid' | 'expired' | 'unreachable' | 'refused'>;

/** The error that is reported. */
export interface Refused {
  readonly ok: false;
  readonly outcome: Refusal;
  readonly error: AppError;
}

/** What a look at a result gave: the object that holds it, or why there is none. */
export type Verdict =
  Refused | { readonly ok: true; readonly facts: VideoFacts; readonly key: string; readonly sha256: string };
