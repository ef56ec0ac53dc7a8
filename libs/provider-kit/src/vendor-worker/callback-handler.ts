import { createHash } from 'node:crypto';
import type { RpcContext } from '@shotloom/bus';
import {
  attemptHintedV1,
  attemptRefRpc,
  subjects,
  type CredentialRef,
  type providerCallbackRpc,
  type RpcRequest,
  type RpcResponse,
  type VendorTaskRef,
} from '@shotloom/contracts';
import { assertNever } from '@shotloom/kernel';
import { publishStubbornly } from '../publish-stubbornly';
import type { CallbackVerdict, PollOutcome } from '../vendor';
import { alarmOf, lookAt } from './look';
import { outcomePayload } from './outcome-payload';
import { publishSeen } from './seen-publisher';
import type { WorkerParts } from './worker-parts';

type Callback = RpcRequest<ReturnType<typeof providerCallbackRpc>>;
type Reply = RpcResponse<ReturnType<typeof providerCallbackRpc>>;
type Read = Exclude<CallbackVerdict, { kind: 'refused' }>;

interface Known {
  readonly credential: CredentialRef;
  readonly task: VendorTaskRef;
}

const MAX_BODY_BYTES = 256 * 1024;
/** Kept for the answer to the gateway. Milliseconds. */
const REPLY_MS = 500;
/** For asking the vendor while it waits for our answer. Milliseconds. */
const ASK_MS = 4_000;

/** Reads callbacks for the gateway, with the key of the attempt that the URL names, and tells job-orchestrator what they prove. */
export class CallbackHandler {
  constructor(private readonly parts: WorkerParts) {}

  async handle(callback: Callback, context: RpcContext): Promise<Reply> {
    const { bus, adapter, metrics, logger } = this.parts;
    const { attemptId } = callback;
    const reply = adapter.answerChallenge?.(Buffer.from(callback.rawBody, 'base64')) ?? null;
    if (reply !== null) {
      metrics.callback('challenge');
      return { verdict: 'taken', reason: 'It asked whether this address is ours.', reply };
    }
    const known = await bus.request(attemptRefRpc, { attemptId, provider: adapter.provider });
    if (known.attempt === null) {
      metrics.callback('unknown');
      return { verdict: 'unknown', reason: 'There is no such attempt, or it has ended.' };
    }
    const verdict = checked(await this.read(callback, known.attempt.credential), known.attempt.task);
    metrics.callback(verdict.kind);
    if (verdict.kind === 'refused') {
      logger.warn({ attemptId, reason: verdict.reason }, 'a callback was refused');
      return { verdict: 'refused', reason: verdict.reason };
    }
    const until = context.deadline.getTime() - REPLY_MS;
    await this.tell(callback, known.attempt, verdict, (waitMs) => Date.now() + waitMs < until);
    const reason = verdict.kind === 'verified' ? 'It is signed.' : 'It is not signed: the vendor is asked.';
    return { verdict: 'taken', reason };
  }

  private async read({ rawBody, headers }: Callback, ref: CredentialRef): Promise<CallbackVerdict> {
    const { adapter, credentials } = this.parts;
    if (adapter.parseCallback === undefined) {
      return { kind: 'refused', reason: `${adapter.provider} calls nobody back` };
    }
    const bytes = Buffer.from(rawBody, 'base64');
    if (bytes.length > MAX_BODY_BYTES) return { kind: 'refused', reason: 'the body is too large' };
    const credential = await credentials.find(ref);
    return adapter.parseCallback({ rawBody: bytes, headers, credential });
  }

  private tell(
    callback: Callback,
    { credential, task }: Known,
    verdict: Read,
    mayWait: (waitMs: number) => boolean,
  ): Promise<void> {
    const { bus, adapter } = this.parts;
    const { attemptId } = task;
    switch (verdict.kind) {
      case 'hint': {
        if (task.vendorTaskId === null && !adapter.capabilities.lookup) {
          return this.ask(callback, { credential, task }, verdict.vendorTaskId, mayWait);
        }
        // The same body again says nothing more.
        const id = `${attemptId}:hint:${digestOf(callback.rawBody)}`;
        const options = { subject: subjects.attempts(adapter.provider), correlationId: attemptId, id };
        return publishStubbornly(bus, attemptHintedV1, { attemptId }, options, mayWait);
      }
      case 'verified': {
        this.alarm(attemptId, verdict);
        const { vendorTaskId, outcome, deliveryId } = verdict;
        const answers = [{ attemptId, pollNo: null, vendorTaskId, outcome: outcomePayload(outcome) }];
        const id = `${attemptId}:callback:${deliveryId}`;
        const sighting = { credential, via: 'callback' as const, answers, correlationId: attemptId, id };
        return publishSeen(this.parts, sighting, mayWait);
      }
      default:
        return assertNever(verdict, 'verdict');
    }
  }

  /**
   * The answer to the submit was lost, and the vendor cannot find a task by our id: what this callback names is the only way to it. It
   * came to an address that only the vendor was told; what it says of the task is not believed, the vendor is asked.
   */
  private async ask(
    { rawBody }: Callback,
    { credential: ref, task }: Known,
    vendorTaskId: string,
    mayWait: (waitMs: number) => boolean,
  ): Promise<void> {
    const { adapter, credentials, metrics } = this.parts;
    const call = { credential: await credentials.get(ref), timeoutMs: ASK_MS };
    const poll = { ...task, pollNo: 0, verb: 'poll' as const, vendorTaskId };
    const look = (await lookAt([poll], adapter, call, metrics)).get(poll);
    // Only a task that the vendor shows is one; all else is for the next callback, or for a person.
    if (look === undefined || !isKnown(look.outcome)) return;
    const { attemptId } = task;
    const answers = [{ attemptId, pollNo: null, vendorTaskId, outcome: outcomePayload(look.outcome) }];
    const id = `${attemptId}:callback:${digestOf(rawBody)}`;
    const sighting = { credential: ref, via: 'callback' as const, answers, correlationId: attemptId, id };
    await publishSeen(this.parts, sighting, mayWait);
  }

  private alarm(attemptId: string, { vendorTaskId, outcome }: Extract<Read, { kind: 'verified' }>): void {
    const alarm = alarmOf({ vendorTaskId, outcome });
    if (alarm === undefined) return;
    this.parts.metrics.alarm(alarm.kind);
    this.parts.logger.warn({ attemptId, ...alarm }, 'a callback said something that we do not understand');
  }
}

const digestOf = (rawBody: string): string => createHash('sha256').update(rawBody).digest('hex').slice(0, 32);

const isKnown = ({ kind }: PollOutcome): boolean =>
  kind === 'running' || kind === 'succeeded' || kind === 'failed';

/**
 * The URL names an attempt, the body a task: they must belong together, or a true callback of one attempt could end another. Where the
 * body names only a vendor's id that we have not heard yet, it is a reason to ask and no more.
 */
function checked(verdict: CallbackVerdict, task: VendorTaskRef): CallbackVerdict {
  if (verdict.kind === 'refused') return verdict;
  const { vendorTaskId, externalTaskId } = verdict;
  const foreign: CallbackVerdict = { kind: 'refused', reason: 'it is about another task' };
  if (externalTaskId !== null && externalTaskId !== task.externalTaskId) return foreign;
  if (task.vendorTaskId !== null && vendorTaskId !== task.vendorTaskId) return foreign;
  const proven = externalTaskId !== null || task.vendorTaskId !== null;
  return proven ? verdict : { kind: 'hint', vendorTaskId, externalTaskId };
}
