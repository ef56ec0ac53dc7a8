import type { CallKind, FaultEffect } from './faults';

/** One call that reached the simulator. Keys are never kept. */
export interface LoggedRequest {
  readonly at: number;
  readonly kind: CallKind;
  readonly method: string;
  /** With its query. */
  readonly path: string;
  /** The beginning of the body; inline pictures are cut off. */
  readonly body: string;
  /** Null where the connection was cut. */
  status: number | null;
  readonly faults: readonly FaultEffect['kind'][];
}

/** The last calls, oldest first, and how many there were of each kind. */
export class RequestLog {
  private readonly kept: LoggedRequest[] = [];
  private readonly totals: Partial<Record<CallKind, number>> = {};

  constructor(private readonly limit = 10_000) {}

  add(request: LoggedRequest): void {
    this.kept.push(request);
    this.totals[request.kind] = (this.totals[request.kind] ?? 0) + 1;
    // In blocks, since removing the first of a long list moves all others.
    if (this.kept.length > this.limit * 1.2) this.kept.splice(0, this.kept.length - this.limit);
  }

  list(): readonly LoggedRequest[] {
    return this.kept;
  }

  counts(): Readonly<Partial<Record<CallKind, number>>> {
    return this.totals;
  }
}
