import type { beginSubmitRpc, RpcResponse } from '@shotloom/contracts';
import { AppError } from '@shotloom/kernel';
import type { VendorCredential, VendorInput } from '../vendor';
import { within } from './deadline';
import type { AttemptDir } from '../work-dirs';
import type { SendWindow } from './send-window';
import { judgeFailure, lostAnswer, refusedBefore, stoppedInTime, type SubmitVerdict } from './submit-verdict';
import { prepareInputs } from './vendor-inputs';
import type { WorkerParts } from './worker-parts';

export type SubmitGrant = Extract<RpcResponse<typeof beginSubmitRpc>, { granted: true }>;

/** How long an adapter that was stopped may take to say what became of the call. Milliseconds. */
const STOP_MS = 1_000;

/** Sends granted attempts to the vendor, each once, and always comes to a verdict. */
export class SubmitSender {
  private readonly underWay = new Set<AbortController>();
  private stopping = false;

  constructor(private readonly parts: WorkerParts) {}

  /** From now on nothing new is sent. */
  stop(): void {
    this.stopping = true;
  }

  /** No more patience: what is under way comes to a verdict now, which is `uncertain` where the request may have left. */
  abandon(): void {
    for (const controller of this.underWay) controller.abort(new Error('the worker stopped'));
  }

  /** Never rejects. */
  async send(attemptId: string, grant: SubmitGrant, window: SendWindow): Promise<SubmitVerdict> {
    const { provider } = this.parts.adapter;
    await using dir = this.parts.workDirs.attempt(attemptId);
    let credential: VendorCredential;
    let inputs: VendorInput[];
    try {
      [credential, inputs] = await within(this.prepare(attemptId, grant, dir), window.leftMs, () =>
        stoppedInTime(provider),
      );
      if (this.stopping) throw stoppedInTime(provider);
    } catch (error) {
      return refusedBefore(error, provider);
    }
    return await this.callVendor(attemptId, grant, window, { credential, inputs });
  }

  private prepare(
    attemptId: string,
    { credential, request }: SubmitGrant,
    dir: AttemptDir,
  ): Promise<[VendorCredential, VendorInput[]]> {
    const { credentials, objectStore, mediaUrl } = this.parts;
    return Promise.all([
      credentials.get(credential),
      prepareInputs(objectStore, request.inputs, { attemptId, mediaUrl, dir }).catch((error: unknown) => {
        throw unreadableInput(error);
      }),
    ]);
  }

  private async callVendor(
    attemptId: string,
    { request, callbackUrl }: SubmitGrant,
    window: SendWindow,
    { credential, inputs }: { credential: VendorCredential; inputs: VendorInput[] },
  ): Promise<SubmitVerdict> {
    const { adapter, metrics } = this.parts;
    const { callMs, signalMs, givenUpMs } = window.divide();
    const controller = new AbortController();
    const timer = setTimeout(() => controller.abort(new Error('the time for it was over')), signalMs);
    this.underWay.add(controller);
    const task = { attemptId, request, inputs, params: request.params, callbackUrl };
    const call = { credential, timeoutMs: callMs, signal: controller.signal };
    try {
      const submitted = await metrics.timed('submit', () =>
        Promise.race([adapter.submit(task, call), this.abandoned(controller.signal, givenUpMs - signalMs)]),
      );
      return { kind: 'submitted', submitted };
    } catch (error) {
      const secrets = [...Object.values(credential.fields), ...(callbackUrl === null ? [] : [callbackUrl])];
      return judgeFailure(error, adapter.provider, secrets);
    } finally {
      clearTimeout(timer);
      this.underWay.delete(controller);
    }
  }

  /** Rejects a little after the signal, for adapters that do not come back by themselves. */
  private abandoned(signal: AbortSignal, patienceMs: number): Promise<never> {
    return new Promise((_resolve, reject) => {
      const giveUp = (): void => {
        const { reason } = signal as { reason: unknown };
        const words = reason instanceof Error ? reason.message : 'it was stopped';
        reject(lostAnswer(this.parts.adapter.provider, words));
      };
      signal.addEventListener('abort', () => setTimeout(giveUp, Math.min(STOP_MS, patienceMs)).unref(), {
        once: true,
      });
    });
  }
}

/** Typed errors of the store say best what is wrong; anything else of it may pass by itself. */
function unreadableInput(error: unknown): AppError {
  if (error instanceof AppError) return error;
  const reason = error instanceof Error ? error.message : String(error);
  return new AppError('unavailable', `An input could not be looked up in the store: ${reason}.`, {
    retryable: true,
    cause: error,
  });
}
