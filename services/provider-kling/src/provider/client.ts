import { AppError, type Clock } from '@shotloom/kernel';
import {
  parseShape,
  readShape,
  redact,
  wrongShape,
  type CallEffect,
  type VendorCall,
  type VendorHttpClient,
  type VendorHttpRequest,
  type VendorHttpResponse,
} from '@shotloom/provider-kit';
import type { z } from 'zod';
import { authOf, KlingTokens, type KlingAuth } from './auth';
import { klingError, PROVIDER } from './errors';
import { readTask, type KlingTaskView } from './outcome-mapping';
import { costsSchema, envelopeSchema, taskListSchema } from './schemas';

export type LegacyProduct = 'text2video' | 'image2video';

/** What a list call told: the tasks that could be read, and whether there were others. */
export interface KlingTaskList {
  readonly tasks: readonly KlingTaskView[];
  readonly unreadable: number;
}

/** The token's times were wrong; a new one may do. Nothing was made. */
const TOKEN_TIMES = ['1003', '1004'];
const LIST_PAGE = 500;

/** Kling's calls, both generations. Throws `AppError` only. */
export class KlingClient {
  private readonly tokens: KlingTokens;

  constructor(
    private readonly http: VendorHttpClient,
    private readonly clock: Clock,
  ) {
    this.tokens = new KlingTokens(clock);
  }

  /** Makes a task. `outcome` of the error says whether one may exist. */
  async create(path: string, json: unknown, call: VendorCall): Promise<KlingTaskView> {
    const data = await this.data({ method: 'POST', path, json, effect: 'creates' }, call);
    const task = readTask(data);
    if (task === null) throw wrongShape(PROVIDER, 'there is no task id in the answer', 'unknown');
    return task;
  }

  /** By the vendor's id, or by ours. `null`: the vendor has no such task. */
  async legacyTask(product: LegacyProduct, id: string, call: VendorCall): Promise<KlingTaskView | null> {
    try {
      const path = `/v1/videos/${product}/${encodeURIComponent(id)}`;
      const task = readTask(await this.read(path, {}, call));
      if (task === null) throw wrongShape(PROVIDER, 'there is no task id in the answer', 'accepted');
      return task;
    } catch (error) {
      if (error instanceof AppError && error.vendorCode === '1203') return null;
      throw error;
    }
  }

  /** The newest tasks of a product, in one call that is free. */
  async legacyList(product: LegacyProduct, call: VendorCall, pageSize = LIST_PAGE): Promise<KlingTaskList> {
    const query = { pageNum: '1', pageSize: `${pageSize}` };
    return this.toList(await this.read(`/v1/videos/${product}`, query, call));
  }

  /** At most 20, of either generation, by our ids. Unknown ones are left out. API keys only. */
  async tasksByExternalId(ids: readonly string[], call: VendorCall): Promise<KlingTaskList> {
    return this.toList(await this.read('/tasks', { external_task_ids: ids.join(',') }, call));
  }

  /** The resource packs; at most one call a second. */
  async costs(call: VendorCall): Promise<z.output<typeof costsSchema>> {
    const now = `${this.clock.now().getTime()}`;
    return parseShape(
      PROVIDER,
      costsSchema,
      await this.read('/account/costs', { start_time: now, end_time: now }, call),
    );
  }

  private toList(data: unknown): KlingTaskList {
    const read = parseShape(PROVIDER, taskListSchema, data).map(readTask);
    const tasks = read.filter((task) => task !== null);
    return { tasks, unreadable: read.length - tasks.length };
  }

  private read(path: string, query: Readonly<Record<string, string>>, call: VendorCall): Promise<unknown> {
    return this.data({ method: 'GET', path, query, effect: 'reads' }, call);
  }

  /** What is inside the envelope of a success. */
  private async data(request: Omit<VendorHttpRequest, 'secrets'>, call: VendorCall): Promise<unknown> {
    const auth = authOf(call.credential);
    try {
      return await this.attempt(request, auth, call);
    } catch (error) {
      const stale = error instanceof AppError && TOKEN_TIMES.includes(error.vendorCode ?? '');
      if (!stale || auth.kind === 'apiKey') throw error;
      // Refused at the door, so that this is the first time the request is looked at.
      this.tokens.forget(auth);
      return this.attempt(request, auth, call);
    }
  }

  private async attempt(
    request: Omit<VendorHttpRequest, 'secrets'>,
    auth: KlingAuth,
    { credential, timeoutMs, signal }: VendorCall,
  ): Promise<unknown> {
    const bearer = this.tokens.bearer(auth);
    const secrets = [bearer, ...Object.values(credential.fields)];
    const response = await this.http.send({
      ...request,
      headers: { authorization: `Bearer ${bearer}` },
      ...{ secrets, timeoutMs, signal, baseUrl: credential.baseUrl },
    });
    return opened(response, request.effect, secrets);
  }
}

function opened(
  { status, body, excerpt }: VendorHttpResponse,
  effect: CallEffect,
  secrets: readonly string[],
): unknown {
  const envelope = readShape(envelopeSchema, body);
  const isSuccess = status >= 200 && status < 300;
  if (!envelope.ok) {
    if (isSuccess)
      throw wrongShape(PROVIDER, envelope.problem, effect === 'creates' ? 'unknown' : 'accepted');
    throw klingError({ status, code: null, message: excerpt, requestId: null, effect });
  }
  const { code, message, request_id: requestId = null, data } = envelope.data;
  if (isSuccess && code === 0) return data;
  throw klingError({ status, code, message: redact(message ?? '', secrets), requestId, effect });
}
