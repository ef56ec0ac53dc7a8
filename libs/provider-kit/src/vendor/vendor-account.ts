/** A key of a user or of the operator at a vendor, as an attempt pinned it. */
export interface VendorCredential {
  readonly id: string;
  readonly version: number;
  /** Every value is a secret: it is cut out of every error. The adapter says which fields it reads. */
  readonly fields: Readonly<Record<string, string>>;
  /** Instead of the provider's own base URL, for example another region's. */
  readonly baseUrl?: string;
}

/** With what, and for how long, a vendor is called. */
export interface VendorCall {
  readonly credential: VendorCredential;
  /** Milliseconds for the whole call, connecting and reading included; the adapter has its own default. */
  readonly timeoutMs?: number;
  /** The caller's own stop. */
  readonly signal?: AbortSignal;
}

/** What the planner and the console may rely on. */
export interface VendorCapabilities {
  /** Tasks that one poll call may carry. */
  readonly maxPollBatch: number;
  /** Whether `lookup` finds a task after a lost answer; without it such attempts wait for a callback or a person. */
  readonly lookup: boolean;
  readonly cancel: boolean;
  /** `unsigned`: a callback only says that it is time to ask. */
  readonly callbacks: 'signed' | 'unsigned' | 'none';
  /** Whether inputs may go inline, so that no public media URL is needed. */
  readonly inlineInputs: boolean;
}

export interface ConnectionCheck {
  /** What was tried, in words. */
  readonly what: string;
  readonly ok: boolean;
  /** What came of it, and what to do where it failed. */
  readonly detail: string;
}

export interface ConnectionReport {
  readonly ok: boolean;
  readonly checks: readonly ConnectionCheck[];
}

/** One thing that the vendor counts: a resource pack, or money. Amounts are decimal strings in the vendor's unit. */
export interface BalanceLine {
  readonly name: string;
  readonly remaining: string;
  readonly total: string | null;
  readonly unit: string;
  readonly usable: boolean;
  readonly expiresAt: Date | null;
}

export interface BalanceReport {
  readonly lines: readonly BalanceLine[];
  /** What to know when reading it, for example how late it is. */
  readonly note: string | null;
}
