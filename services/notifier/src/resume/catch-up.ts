import { readRange, type Bus } from '@shotloom/bus';
import { STREAMS, subjects, type JobState } from '@shotloom/contracts';
import { AppError } from '@shotloom/kernel';
import type { Logger } from '@shotloom/service-kit';
import { orUnavailable } from '../auth/or-unavailable';
import { jobIdOf } from '../delivery/job-event';
import { toEvent } from '../delivery/job-events';
import type { Scope, Session, SessionOutput } from '../delivery/session';
import type { Snapshots } from '../delivery/snapshots';
import { MAX_REPLAYED, resumePoint, type ResumePoint } from './resume-point';

const REPLAY_MS = 30_000;
const TOO_MUCH = 'You missed more events than are told one by one.';

/** Where a client begins, as decided before its first byte. */
export interface Beginning {
  readonly point: ResumePoint;
  /** What stands now; absent where everything that a user missed is told instead. */
  readonly present: readonly JobState[] | undefined;
  /** The stream when it was looked at: what a snapshot that was read afterwards holds at least. */
  readonly stream: { readonly epoch: number; readonly lastSeq: number };
}

/** A client that is brought to where the stream is. */
export interface CatchingUp extends SessionOutput {
  readonly session: Session;
  /** What was missed cannot be told; `reason` is a sentence. */
  reset(reason: string): void;
  /** The present state was told; `seq` is where to go on from. */
  ready(seq: number): void;
  replayed(toSeq: number): void;
  /** Resolves when the client has room again, or is gone. */
  drained(): Promise<void>;
}

/** Tells a client that comes, or comes again, what it missed or how things stand. Its session has to be listening already. */
export class CatchUp {
  constructor(
    private readonly options: {
      readonly bus: Bus;
      readonly snapshots: Snapshots;
      readonly logger: Logger;
    },
  ) {}

  /** `lastEventId`: the last place that the client has seen. Throws `not_found` or `unavailable`. */
  async begin(scope: Scope, lastEventId: string | undefined): Promise<Beginning> {
    const state = await orUnavailable(
      this.options.bus.streamState(STREAMS.jobs.name),
      'The stream of events',
    );
    const point = resumePoint(lastEventId, state);
    // Also where all that was missed is told: another user's job is not there, whatever place is named.
    const isNeeded = point.kind !== 'replay' || scope.jobId !== undefined;
    const present = isNeeded ? await this.present(scope) : undefined;
    return { point, present, stream: { epoch: state.created.getTime(), lastSeq: state.lastSeq } };
  }

  /** Throws where the stream or the state cannot be read: then the client has to come again. */
  async run(client: CatchingUp, { point, present, stream }: Beginning): Promise<void> {
    const { session } = client;
    if (point.kind === 'replay') {
      if (await this.replay(client, point.fromSeq)) return session.open([], client);
      client.reset(TOO_MUCH);
    } else if (point.kind === 'reset') {
      client.reset(point.reason);
    }
    session.open(present ?? (await this.present(session.scope)), client);
    // Who goes away from here on need not be told the present state again.
    client.ready(stream.lastSeq);
  }

  /** Throws `not_found` where the user has no such job. */
  async present(scope: Scope): Promise<readonly JobState[]> {
    const states = await orUnavailable(this.options.snapshots.read(scope), 'The state of the jobs');
    if (!states) throw new AppError('not_found', 'There is no such job, or it is not yours.');
    return states;
  }

  /** True when all that was missed was told. */
  private async replay(client: CatchingUp, fromSeq: number): Promise<boolean> {
    const { bus, logger } = this.options;
    const { scope } = client.session;
    let told = fromSeq - 1;
    const { complete } = await readRange(bus, {
      stream: STREAMS.jobs.name,
      subject: subjects.jobs(scope.userId),
      fromSeq,
      limit: MAX_REPLAYED,
      timeoutMs: REPLAY_MS,
      onMessage: async (message) => {
        told = message.seq;
        const event = toEvent(message, logger);
        if (!event || (scope.jobId !== undefined && jobIdOf(event) !== scope.jobId)) return;
        client.session.replay(event, client);
        await client.drained();
      },
    });
    client.replayed(told);
    return complete;
  }
}
