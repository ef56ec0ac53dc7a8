import type { AppError } from '@shotloom/kernel';

/** A video at the vendor, to be fetched at once: links end. */
export interface VendorVideo {
  readonly url: string;
  /** When the link or the file ends, as far as the vendor says so. */
  readonly expiresAt: Date | null;
  /** Seconds, as the vendor says. */
  readonly durationSeconds: number | null;
  /** Only the key of the attempt opens it, so that nobody but the worker can fetch it: by `openVideo`, into the object store. */
  readonly needsKey?: boolean;
}

/** A video that was opened with the key. `link`: the vendor led to an address that needs none, which is storage's to fetch. */
export type OpenedVideo =
  | {
      readonly kind: 'bytes';
      readonly contentType: string;
      /** Null where the vendor does not say. */
      readonly sizeBytes: number | null;
      /** To be read to its end or given back (`return`). */
      readonly body: AsyncIterable<Uint8Array>;
    }
  | { readonly kind: 'link'; readonly url: string };

/** What the vendor took for a task, in the vendor's own unit; a decimal string, since money is never a float. */
export interface VendorCost {
  readonly amount: string;
  /** For example `kling_unit`. */
  readonly unit: string;
}

/** What a look at a task gave. Only `succeeded` and `failed` end an attempt; all else is asked again. */
export type PollOutcome =
  | {
      readonly kind: 'running';
      readonly phase: 'queued' | 'running';
      /** 0 to 1; null where the vendor gives none. */
      readonly progress: number | null;
    }
  | {
      readonly kind: 'succeeded';
      readonly videos: readonly VendorVideo[];
      readonly cost: VendorCost | null;
    }
  | { readonly kind: 'failed'; readonly error: AppError; readonly cost: VendorCost | null }
  /** A word that we do not know: alarm, and keep asking. */
  | { readonly kind: 'unknownStatus'; readonly word: string }
  /** An answer in a shape that we cannot read: alarm, and keep asking. */
  | { readonly kind: 'unreadable'; readonly error: AppError }
  /** The vendor does not know the task (now): keep asking until the deadline. */
  | { readonly kind: 'notFound' }
  /** The vendor could not be asked: keep asking. */
  | { readonly kind: 'unavailable'; readonly error: AppError };

export interface PollAnswer {
  readonly attemptId: string;
  /** The vendor's id, where this answer told it: after a lost answer it is news. */
  readonly vendorTaskId: string | null;
  readonly outcome: PollOutcome;
}

/** Whether a look ends the attempt. */
export function isTerminal(outcome: PollOutcome): boolean {
  return outcome.kind === 'succeeded' || outcome.kind === 'failed';
}

/** Whether a person should hear of it, although the attempt goes on. */
export function isAlarming(outcome: PollOutcome): boolean {
  return outcome.kind === 'unknownStatus' || outcome.kind === 'unreadable';
}
