import { jobStateMachine, type JobState } from '@shotloom/contracts';
import type { JobEvent, JobProgress } from './job-event';

/** What a client is told. `shown` is per cent and never falls, whatever order the two sources arrive in. */
export type FeedStep =
  | { readonly kind: 'status'; readonly state: JobState; readonly shown: number; readonly seq?: number }
  | { readonly kind: 'progress'; readonly progress: JobProgress; readonly shown: number }
  | { readonly kind: 'end'; readonly state: JobState; readonly seq?: number };

/**
 * One job as one socket sees it. Whatever comes in, in whatever order and however often, what goes out has strictly
 * increasing versions, progress that never falls, and one end with nothing after it.
 */
export class JobFeed {
  private version = 0;
  private shown = 0;
  private step: string | undefined;
  private over = false;

  get ended(): boolean {
    return this.over;
  }

  accept(event: JobEvent): readonly FeedStep[] {
    if (this.over) return [];
    return event.kind === 'state' ? this.acceptState(event) : this.acceptProgress(event.progress);
  }

  private acceptState(event: JobEvent & { readonly kind: 'state' }): readonly FeedStep[] {
    const { state } = event;
    if (state.version <= this.version) return [];
    this.version = state.version;
    this.shown = Math.max(this.shown, state.progress);
    const place = event.seq === undefined ? {} : { seq: event.seq };
    const status: FeedStep = { kind: 'status', state, shown: this.shown, ...place };
    this.over = jobStateMachine.isTerminal(state.status);
    return this.over ? [status, { kind: 'end', state, ...place }] : [status];
  }

  /** Progress of a version that we have not seen yet may pass: it is only ahead of its status. */
  private acceptProgress(progress: JobProgress): readonly FeedStep[] {
    if (progress.version < this.version || progress.progress < this.shown) return [];
    if (progress.progress === this.shown && progress.step === this.step) return [];
    this.shown = progress.progress;
    this.step = progress.step;
    return [{ kind: 'progress', progress, shown: this.shown }];
  }
}
