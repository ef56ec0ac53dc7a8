import type { InputRole, Operation, VideoRequest } from '@shotloom/contracts';
import type { CallbackVerdict, IncomingCallback } from './vendor-callback';
import type { BalanceReport, ConnectionReport, VendorCall, VendorCapabilities } from './vendor-account';
import type { OpenedVideo, PollAnswer, PollOutcome } from './vendor-outcome';
import type { AppError } from '@shotloom/kernel';

/** One picture or video that goes to the vendor. */
export interface VendorInput {
  readonly role: InputRole;
  readonly contentType: string;
  readonly sizeBytes: number;
  /** An address that the vendor can fetch for as long as it may need it, or null where there is none: then it goes inline. */
  readonly url: string | null;
  /** The bytes, from the start at each call. */
  readonly open: () => Promise<AsyncIterable<Uint8Array>>;
}

/** One video to buy. The attempt's id is what the vendor is told as our external id, where it takes one. */
export interface VendorTask {
  readonly attemptId: string;
  readonly request: VideoRequest;
  readonly inputs: readonly VendorInput[];
  /** The model's own parameters, checked against the catalogue when the job was accepted; a job may outlive what it says. */
  readonly params: VideoRequest['params'];
  /** Where the vendor may call back, with attempt id and HMAC in it; null where we cannot be reached. */
  readonly callbackUrl: string | null;
}

/** The vendor has taken the task. Persist both ids before acknowledging anything. */
export interface Submitted {
  readonly externalTaskId: string;
  readonly vendorTaskId: string;
  /** Sentences for the user: what was changed or left out to fit the vendor. */
  readonly notes: readonly string[];
  /** True where the vendor already had this external id, so that nothing new was bought. */
  readonly adopted: boolean;
}

/** What is known of a task when it is asked about again. `vendorTaskId` is null after a lost answer. */
export interface TaskRef {
  readonly attemptId: string;
  readonly externalTaskId: string;
  readonly vendorTaskId: string | null;
  readonly operation: Operation;
}

export type LookupAnswer =
  | { readonly kind: 'found'; readonly vendorTaskId: string; readonly outcome: PollOutcome }
  /** The vendor says that it has no such task. A task made a moment ago may not be listed yet: ask again before believing it. */
  | { readonly kind: 'notFound' }
  | { readonly kind: 'unknown'; readonly error: AppError };

/**
 * What a vendor is to the rest of the platform. Stateless: the credential comes with each call, pinned by the attempt.
 *
 * Errors are `AppError` only. `submit` rejects with `outcome` `refused` (nothing was bought; another try is safe), or `unknown`
 * (a task may exist: look it up, never send again). Nothing here retries a call that could buy something.
 */
export interface VendorAdapter {
  readonly provider: string;
  readonly capabilities: VendorCapabilities;
  submit(task: VendorTask, call: VendorCall): Promise<Submitted>;
  /** One answer a task, in the order of the tasks. Never rejects: a call that failed is each task's `unavailable`. */
  poll(tasks: readonly TaskRef[], call: VendorCall): Promise<readonly PollAnswer[]>;
  /** Opens the video of a task that has succeeded with `needsKey`. Missing where links are enough. Rejects with an `AppError`. */
  openVideo?(task: TaskRef, call: VendorCall): Promise<OpenedVideo>;
  /** Asks the vendor to stop. Missing where it cannot. `tooLate`: the task has ended or is past stopping. */
  cancel?(task: TaskRef, call: VendorCall): Promise<'cancelled' | 'requested' | 'tooLate'>;
  /** Finds a task by our external id. Missing where the vendor keeps none. Never rejects. */
  lookup?(task: Omit<TaskRef, 'vendorTaskId'>, call: VendorCall): Promise<LookupAnswer>;
  /**
   * The answer to a vendor that first asks whether an address is ours, or null where the body is no such question. Pure, since the
   * vendor waits only seconds: the address itself, which only the vendor was told, is all the proof there is. Never throws.
   */
  answerChallenge?(rawBody: Uint8Array): Readonly<Record<string, string>> | null;
  /** Reads a callback; pure but for the clock. Missing where the vendor calls nobody back. Never throws. */
  parseCallback?(callback: IncomingCallback): CallbackVerdict;
  /** Checks a credential with calls that cost nothing, within ten seconds. Never rejects. */
  testConnection(call: VendorCall): Promise<ConnectionReport>;
  /** What is left at the vendor. Rejects with an `AppError`. */
  balance?(call: VendorCall): Promise<BalanceReport>;
}
