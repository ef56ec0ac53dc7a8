import {
  VendorHttpClient,
  type BalanceReport,
  type ConnectionReport,
  type PollAnswer,
  type Submitted,
  type TaskRef,
  type VendorAdapter,
  type VendorCall,
  type VendorCapabilities,
  type VendorTask,
} from '@shotloom/provider-kit';
import { checkConnection, readBalance } from './account';
import { YunwuClient } from './client';
import { PROVIDER } from './errors';
import { toCreate } from './mapping';
import { pollTask } from './poll';

export interface YunwuAdapterOptions {
  /** For example `https://yunwu.ai`. */
  readonly baseUrl: string;
  readonly fetch?: typeof fetch;
  /** Milliseconds for a call; default 30,000. */
  readonly timeoutMs?: number;
}

/** Yunwu behind the interface of all vendors: which of its two formats serves a model is nobody else's business. */
export class YunwuAdapter implements VendorAdapter {
  readonly provider = PROVIDER;
  readonly capabilities: VendorCapabilities = {
    maxPollBatch: 1,
    lookup: false,
    cancel: false,
    callbacks: 'none',
    inlineInputs: true,
  };
  private readonly client: YunwuClient;

  constructor(options: YunwuAdapterOptions) {
    this.client = new YunwuClient(new VendorHttpClient({ provider: PROVIDER, ...options }));
  }

  async submit(task: VendorTask, call: VendorCall): Promise<Submitted> {
    const { format, json, notes } = toCreate(task);
    const vendorTaskId = await this.client.create(format, json, call);
    return { externalTaskId: task.attemptId, vendorTaskId, notes, adopted: false };
  }

  async poll(tasks: readonly TaskRef[], call: VendorCall): Promise<readonly PollAnswer[]> {
    const answers: PollAnswer[] = [];
    for (const task of tasks) answers.push(await pollTask(this.client, task, call));
    return answers;
  }

  testConnection(call: VendorCall): Promise<ConnectionReport> {
    return checkConnection(this.client, call);
  }

  balance(call: VendorCall): Promise<BalanceReport> {
    return readBalance(this.client, call);
  }
}
