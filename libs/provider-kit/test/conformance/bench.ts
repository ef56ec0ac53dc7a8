import { buffer } from 'node:stream/consumers';
import { AppError } from '@shotloom/kernel';
import type {
  LookupAnswer,
  PollOutcome,
  Submitted,
  TaskRef,
  VendorCall,
  VendorCredential,
} from '@shotloom/provider-kit';
import type { ConformanceRig } from './rig';

type Succeeded = Extract<PollOutcome, { kind: 'succeeded' }>;

/** Milliseconds: a simulator on this machine that has not answered by then will not. */
const TIMEOUT_MS = 1_000;
/** The simulator makes a video when it is first asked for, which takes longer on a busy machine. */
const VIDEO_TIMEOUT_MS = 20_000;

/** What the tests do with a rig, in short words. */
export class Bench {
  constructor(readonly rig: ConformanceRig) {}

  call(credential: VendorCredential = this.rig.credential): VendorCall {
    return { credential, timeoutMs: TIMEOUT_MS };
  }

  submit(attemptId: string, callbackUrl: string | null = null): Promise<Submitted> {
    return this.rig.adapter.submit(this.rig.task(attemptId, callbackUrl), this.call());
  }

  refOf(attemptId: string, vendorTaskId: string | null): TaskRef {
    const { operation } = this.rig.task(attemptId, null).request;
    return { attemptId, externalTaskId: attemptId, vendorTaskId, operation };
  }

  async pollOne(
    attemptId: string,
    vendorTaskId: string | null,
    credential = this.rig.credential,
  ): Promise<PollOutcome> {
    const refs = [this.refOf(attemptId, vendorTaskId)];
    const [answer] = await this.rig.adapter.poll(refs, this.call(credential));
    expect(answer?.attemptId).toBe(attemptId);
    if (!answer) throw new Error('no answer');
    return answer.outcome;
  }

  async lookup(attemptId: string): Promise<LookupAnswer | undefined> {
    return this.rig.adapter.lookup?.(this.refOf(attemptId, null), this.call());
  }

  /** The finished video, as storage fetches it, or the worker where it needs the key. */
  async bytesOf(attemptId: string, vendorTaskId: string, { videos }: Succeeded): Promise<Buffer> {
    const [video] = videos;
    const fetched = async (url: string): Promise<Buffer> =>
      Buffer.from(await (await fetch(url)).arrayBuffer());
    if (video?.needsKey !== true) return fetched(video?.url ?? '');
    expect((await fetch(video.url)).status).toBeGreaterThanOrEqual(400);
    const patient = { ...this.call(), timeoutMs: VIDEO_TIMEOUT_MS };
    const opened = await this.rig.adapter.openVideo?.(this.refOf(attemptId, vendorTaskId), patient);
    return opened?.kind === 'bytes' ? buffer(opened.body) : fetched(opened?.url ?? '');
  }

  /** Tasks that the vendor was made to do so far. */
  bought(): number {
    return this.rig.simulator.tasks().length;
  }
}

/** What the work rejects with, which must be typed. */
export async function failureOf(work: Promise<unknown>): Promise<AppError> {
  const error: unknown = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(AppError);
  return error as AppError;
}

/** A method that the vendor is said to have. */
export function present<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('the adapter does not have it');
  return value;
}
