import type { PollOutcome } from './vendor-outcome';
import type { VendorCredential } from './vendor-account';

/** A callback exactly as it came: signatures are over raw bytes. */
export interface IncomingCallback {
  readonly rawBody: Uint8Array;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** The credential of the attempt that the URL names; null where none is known. */
  readonly credential: VendorCredential | null;
}

/**
 * `verified`: the vendor signed it; `outcome` may be acted upon.
 * `hint`: nothing proves who sent it; it only says that it is time to ask the vendor.
 * `refused`: a signature that is wrong, too old, or a body that is none. Drop it, and count it.
 */
export type CallbackVerdict =
  | {
      readonly kind: 'verified';
      /** The vendor's id of this delivery: seen before means it changes nothing. */
      readonly deliveryId: string;
      readonly vendorTaskId: string;
      readonly externalTaskId: string | null;
      readonly outcome: PollOutcome;
    }
  | { readonly kind: 'hint'; readonly vendorTaskId: string; readonly externalTaskId: string | null }
  | { readonly kind: 'refused'; readonly reason: string };
