import type { BenchUser } from '../world/users';

/** How the client orders: as many as are open at a time, or so many a second whatever becomes of them. */
export type Pace = { readonly inFlight: number } | { readonly perSecond: number };

/** What the client process is told, as one JSON argument. */
export interface JobPlan {
  readonly gatewayUrl: string;
  readonly users: readonly Pick<BenchUser, 'userId' | 'apiKey'>[];
  readonly body: unknown;
  readonly pace: Pace;
  /** Whether refusals and broken connections are part of what is measured; else each of them ends the run. */
  readonly tolerant: boolean;
}

/** One job as its client saw it. Milliseconds since 1970, with fractions. */
export interface ClientJob {
  readonly jobId: string;
  readonly sentAt: number;
  /** When the answer 202 was there. */
  readonly acceptedAt: number;
  /** When the socket told the end. */
  readonly endedAt: number;
  readonly completed: boolean;
}

export type ClientMessage =
  | { readonly type: 'ready' }
  | { readonly type: 'ended'; readonly job: ClientJob }
  | { readonly type: 'trouble'; readonly text: string }
  | { readonly type: 'stopped'; readonly accepted: number; readonly open: number };
