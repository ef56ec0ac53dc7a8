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

/** Milliseconds: a simulator that answers may take its time on a busy machine. */
const PATIENT_MS = 20_000;
/** The same for one that was told not to answer in time. */
const LATE_MS = 1_000;

/** What the tests do with a rig, in short words. */
export class Bench {
  private timeoutMs = PATIENT_MS;

  constructor(readonly rig: ConformanceRig) {}

  /** Scripts a fault; after one that does not answer in time, the next call does not wait for long. */
  script(fault: Parameters<ConformanceRig['simulator']['script']>[0]): void {
    if (fault.kind === 'slow') this.timeoutMs = LATE_MS;
    this.rig.simulator.script(fault);
  }

  call(credential: VendorCredential = this.rig.credential): VendorCall {
    const { timeoutMs } = this;
    this.timeoutMs = PATIENT_MS;
    return { credential, timeoutMs };
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
    const opened = await this.rig.adapter.openVideo?.(this.refOf(attemptId, vendorTaskId), this.call());
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
