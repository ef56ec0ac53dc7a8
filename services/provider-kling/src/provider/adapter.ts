import { AppError, systemClock, type Clock } from '@shotloom/kernel';
import {
  VendorHttpClient,
  type BalanceReport,
  type CallbackVerdict,
  type ConnectionReport,
  type IncomingCallback,
  type LookupAnswer,
  type PollAnswer,
  type Submitted,
  type TaskRef,
  type VendorAdapter,
  type VendorCall,
  type VendorCapabilities,
  type VendorTask,
} from '@shotloom/provider-kit';
import { checkConnection, readBalance } from './account';
import { authOf } from './auth';
import { parseKlingCallback } from './callback';
import { KlingClient } from './client';
import { PROVIDER } from './errors';
import { toCreate } from './mapping';
import { MAX_IDS, pollSome } from './poll';

export interface KlingAdapterOptions {
  /** For example `https://api-singapore.klingai.com`. */
  readonly baseUrl: string;
  readonly clock?: Clock;
  readonly fetch?: typeof fetch;
  /** Milliseconds for a call; default 30,000. */
  readonly timeoutMs?: number;
}

/** With this the vendor refuses bad parameters, and also an external id that it has already. */
const PARAMETERS = '1201';
/** Words that point at the latter. */
const SAYS_TAKEN = /external_?(task_?)?id|already|duplicat|repeat/i;

/** Kling behind the interface of all vendors: which of its two generations serves a call is nobody else's business. */
export class KlingAdapter implements VendorAdapter {
  readonly provider = PROVIDER;
  readonly capabilities: VendorCapabilities = {
    maxPollBatch: MAX_IDS,
    lookup: true,
    cancel: false,
    callbacks: 'signed',
    inlineInputs: true,
  };
  private readonly client: KlingClient;
  private readonly clock: Clock;

  constructor({ clock = systemClock, ...options }: KlingAdapterOptions) {
    this.clock = clock;
    this.client = new KlingClient(new VendorHttpClient({ provider: PROVIDER, ...options }), clock);
  }

  async submit(task: VendorTask, call: VendorCall): Promise<Submitted> {
    const create = toCreate(task, authOf(call.credential).kind);
    const { attemptId } = task;
    try {
      const { vendorTaskId } = await this.client.create(create.path, create.json, call);
      return { externalTaskId: attemptId, vendorTaskId, notes: create.notes, adopted: false };
    } catch (thrown) {
      const error = AppError.from(thrown);
      if (error.vendorCode !== PARAMETERS) throw error;
      const vendorTaskId = await this.adopt(task, error, call);
      const notes = [...create.notes, 'Kling had this task already; nothing new was ordered.'];
      return { externalTaskId: attemptId, vendorTaskId, notes, adopted: true };
    }
  }

  /** The task that the vendor has under our id, else the refusal. Asking costs nothing; not asking could buy a second video. */
  private async adopt(
    { attemptId, request }: VendorTask,
    refusal: AppError,
    call: VendorCall,
  ): Promise<string> {
    const ref = { attemptId, externalTaskId: attemptId, operation: request.operation };
    const known = await this.lookup(ref, call);
    if (known.kind === 'found') return known.vendorTaskId;
    if (known.kind === 'notFound' && !SAYS_TAKEN.test(refusal.vendorMessage ?? '')) throw refusal;
    throw notKnownToBeRefused(refusal);
  }

  async poll(tasks: readonly TaskRef[], call: VendorCall): Promise<readonly PollAnswer[]> {
    const answers: PollAnswer[] = [];
    for (let from = 0; from < tasks.length; from += MAX_IDS) {
      answers.push(...(await pollSome(this.client, tasks.slice(from, from + MAX_IDS), call)));
    }
    return answers;
  }

  async lookup(task: Omit<TaskRef, 'vendorTaskId'>, call: VendorCall): Promise<LookupAnswer> {
    const [answer] = await pollSome(this.client, [{ ...task, vendorTaskId: null }], call);
    const { outcome, vendorTaskId = null } = answer ?? {};
    if (outcome?.kind === 'notFound') return { kind: 'notFound' };
    if (outcome !== undefined && vendorTaskId !== null) return { kind: 'found', vendorTaskId, outcome };
    const error = outcome !== undefined && 'error' in outcome ? outcome.error : AppError.from('no answer');
    return { kind: 'unknown', error };
  }

  parseCallback(callback: IncomingCallback): CallbackVerdict {
    return parseKlingCallback(callback, this.clock);
  }

  testConnection(call: VendorCall): Promise<ConnectionReport> {
    return checkConnection(this.client, call);
  }

  balance(call: VendorCall): Promise<BalanceReport> {
    return readBalance(this.client, call);
  }
}

const notKnownToBeRefused = (error: AppError): AppError =>
  new AppError(
    'submit_unknown',
    'Kling refused the task, perhaps because it has it already; it is looked up.',
    {
      provider: PROVIDER,
      outcome: 'unknown',
      vendorCode: '1201',
      cause: error,
    },
  );
