import type { BenchUser } from '../world/users';

export type Wire = 'websocket' | 'sse';

/** What the process with the clients is told, as one JSON argument. */
export interface AudiencePlan {
  /** Of the notifier itself: what stands before it in a cluster is an ingress, and not the gateway. */
  readonly notifierUrl: string;
  readonly wire: Wire;
  /** One client for each. */
  readonly users: readonly Pick<BenchUser, 'userId' | 'apiKey'>[];
}

/** What the process that commits changes of jobs is told. */
export interface SourcePlan {
  readonly databaseUrl: string;
  readonly natsUrl: string;
  readonly users: readonly Pick<BenchUser, 'userId' | 'accountId'>[];
  readonly perSecond: number;
  readonly warmUpSeconds: number;
  readonly seconds: number;
}

/** A change of a job: which, and when. Milliseconds since 1970, with fractions. */
export interface Seen {
  readonly jobId: string;
  readonly version: number;
  readonly at: number;
}

export type RealtimeMessage =
  | { readonly type: 'ready'; readonly seconds: number }
  /** Committed by the source in the time that counts, or received by the audience in all its time. */
  | { readonly type: 'seen'; readonly seen: readonly Seen[] }
  | { readonly type: 'trouble'; readonly text: string };

export const clock = (): number => performance.timeOrigin + performance.now();
