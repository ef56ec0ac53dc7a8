import type { InputRole, VideoRequest } from '@shotloom/contracts';

/** An input of a job, fetched to a file of this attempt. */
export interface RenderInput {
  readonly role: InputRole;
  readonly path: string;
  /** As told by storage, which looked into the file. */
  readonly contentType: string;
}

/** One video to render. */
export interface RenderTask {
  readonly attemptId: string;
  readonly jobId: string;
  readonly request: VideoRequest;
  readonly inputs: readonly RenderInput[];
  /** A folder of this attempt alone; removed with all that is in it when the attempt has ended. */
  readonly workDir: string;
  /** Aborted when the work is no longer wanted: stop soon, leave no process behind, and reject with anything. */
  readonly signal: AbortSignal;
  readonly deadlineAt: Date;
  /** Tells a share of the work, 0 to 1, and what happens now in words. As often as you like: it is thinned out. */
  report(progress: number, step: string): void;
}

export interface RenderResult {
  /** The finished file, inside of `workDir`. */
  readonly path: string;
  readonly contentType: 'video/mp4';
  /** What made it, in words that a viewer sees; null where there is nothing to say. */
  readonly label: string | null;
}

/**
 * An engine that makes the video in our own worker, while the worker holds a lease on the attempt. An attempt may be rendered
 * more than once (a lease that lapsed is given to another worker), so `render` must not cost or change anything outside.
 * Rejects with an AppError: `retryable` says whether another try is worth it. (A vendor that is asked and polled is another
 * interface.)
 */
export interface RenderEngine {
  readonly provider: string;
  render(task: RenderTask): Promise<RenderResult>;
}
