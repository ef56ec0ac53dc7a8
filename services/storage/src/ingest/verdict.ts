import type { AppError } from '@shotloom/kernel';
import type { IngestOutcome } from '../metrics';
import type { VideoFacts } from '../videos/inspect-video';

/** How a result turned out to be one that cannot be stored. */
export type Refusal = Extract<IngestOutcome, 'missing' | 'invalid' | 'expired' | 'unreachable' | 'refused'>;

/** What a look at a result gave: the object that holds it, or the error that is reported. */
export type Verdict =
  | { readonly ok: true; readonly facts: VideoFacts; readonly key: string; readonly sha256: string }
  | { readonly ok: false; readonly outcome: Refusal; readonly error: AppError };
