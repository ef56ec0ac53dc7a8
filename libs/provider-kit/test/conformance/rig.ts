import type { CallOutcome, ErrorCode } from '@shotloom/kernel';
import type { VendorAdapter, VendorCredential, VendorInput, VendorTask } from '@shotloom/provider-kit';

/** What the suite needs of a simulator; faults are those of `@shotloom/vendor-simulators`. */
export interface ConformanceSimulator {
  readonly tasks: () => readonly { readonly taskId: string }[];
  readonly script: (fault: { readonly kind: string } & Readonly<Record<string, unknown>>) => void;
  readonly clearFaults: () => void;
  readonly stop: () => Promise<void>;
}

/** An adapter in front of its simulator, whose time the suite moves. Made anew for each test. */
export interface ConformanceRig {
  readonly adapter: VendorAdapter;
  readonly simulator: ConformanceSimulator;
  readonly credential: VendorCredential;
  readonly task: (attemptId: string, callbackUrl: string | null) => VendorTask;
  /** From submitted to running; then to the end. */
  readonly letRun: () => void;
  readonly letFinish: () => void;
  /** Bodies of the vendor's answers so far, the newest last: see `recordingFetch`. */
  readonly answers: readonly unknown[];
  /** Adds a key at the vendor, and gives it as the next version; the old one stays valid until `revokeOldKey`. */
  readonly rotateKey: () => VendorCredential;
  readonly revokeOldKey: () => void;
}

/** One error of the vendor, as its simulator is told to make it, and what we must make of it on a submit. */
export interface ErrorCase {
  readonly vendorCode: string;
  readonly code: ErrorCode;
  readonly retryable: boolean;
  readonly outcome: CallOutcome;
  /** The same error as the answer to a poll is the vendor's verdict on the task, and ends it. */
  readonly endsTask?: boolean;
}

/** A vendor, and what it has and lacks. What is left out is as most vendors are. */
export interface ConformanceSubject {
  readonly name: string;
  readonly start: () => Promise<ConformanceRig>;
  readonly errors: readonly ErrorCase[];
  /** Whether the vendor signs the callbacks of this way to it; `never`: it calls nobody back. */
  readonly signsCallbacks: boolean | 'never';
  /** Whether a task is found by our own id after a lost answer. Default true. */
  readonly looksUp?: boolean;
  /** Whether a task can be stopped at the vendor. Default false. */
  readonly cancels?: boolean;
  /** Whether it says of a task that has not begun that it waits. Default true. */
  readonly tellsQueue?: boolean;
  /** Whether the vendor says what a video cost. Default true. */
  readonly tellsCost?: boolean;
  /** Whether the vendor gives a reason with a task that failed, which goes on to the user verbatim. Default true. */
  readonly tellsWhy?: boolean;
  /** An id in the form of the vendor's that it has never given. Default none: the task is asked for by our own id. */
  readonly unknownTaskId?: string;
  /** The largest picture that the catalogue lets through, and a task with it. Left out where the vendor takes none. */
  readonly largestPicture?: {
    readonly bytes: number;
    readonly task: (attemptId: string, picture: VendorInput) => VendorTask;
  };
}
