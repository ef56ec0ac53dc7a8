import { randomUUID } from 'node:crypto';
import { has, type VendorRoutes } from '../core/sim-server';
import type { CallKind, FaultEffect } from '../core/faults';
import { serveVideo, type ResultLinks } from '../core/result-links';
import type { ResultMedia } from '../core/result-media';
import { jsonOf, type SimReply, type SimRequest } from '../core/sim-http';
import type { TaskBook } from '../core/task-book';
import { authenticate, UNITS_PER_DOLLAR, type YunwuAccount } from './yunwu-accounts';
import { isYunwuErrorCode, YunwuError } from './yunwu-errors';
import { readOrder, type YunwuFormat, type YunwuOrder, type YunwuTask } from './yunwu-order';
import {
  createdView,
  fullIdOf,
  subscriptionView,
  tokenView,
  unifiedView,
  usageView,
  xaiView,
} from './yunwu-views';

export interface YunwuParts {
  readonly accounts: readonly YunwuAccount[];
  readonly tasks: TaskBook<YunwuAccount, YunwuOrder>;
  readonly links: ResultLinks;
  readonly media: ResultMedia;
  readonly now: () => number;
  readonly linkLifetimeMs: number;
  readonly models: Readonly<Record<string, YunwuFormat>>;
  readonly unitsPerVideo: number;
  readonly maxBodyBytes: number;
  readonly urlDelayMs: number;
  readonly answersEmpty: boolean;
  readonly queriesXai: boolean;
}

const CREATES: Readonly<Record<string, YunwuFormat>> = {
  '/v1/video/create': 'unified',
  '/v1/videos/generations': 'xai',
};
const XAI_QUERY = /^\/v1\/videos\/([^/]+)$/;
const ACCOUNT = /^(\/v1)?\/dashboard\/billing\/(subscription|usage)$|^\/api\/usage\/token\/$/;
const EXPIRED_MS = -1_000;

/** The unified format, the xAI one, and what a key may spend. */
export class YunwuRoutes implements VendorRoutes {
  constructor(private readonly parts: YunwuParts) {}

  kindOf(request: SimRequest): CallKind {
    const { method, path } = request;
    if (this.parts.links.isLink(request)) return 'result';
    if (method === 'POST' && Object.hasOwn(CREATES, path)) return 'create';
    if (ACCOUNT.test(path)) return 'account';
    return path === '/v1/video/query' || XAI_QUERY.test(path) ? 'query' : 'other';
  }

  errorReply(code: string): SimReply {
    return new YunwuError(isYunwuErrorCode(code) ? code : 500).toReply(randomUUID());
  }

  async handle(request: SimRequest, faults: readonly FaultEffect[]): Promise<SimReply> {
    const requestId = randomUUID();
    try {
      const reply = await this.route(request, faults);
      return { ...reply, headers: { ...reply.headers, 'x-oneapi-request-id': requestId } };
    } catch (error) {
      if (error instanceof YunwuError) return error.toReply(requestId);
      throw error;
    }
  }

  private async route(request: SimRequest, faults: readonly FaultEffect[]): Promise<SimReply> {
    const { accounts, links } = this.parts;
    const { method, path } = request;
    if (links.isLink(request)) return this.result(request);
    if (method === 'GET' && path === '/api/pricing') return ok(this.pricing());
    const account = authenticate(accounts, request);
    const format = CREATES[path];
    if (method === 'POST' && format !== undefined) return this.create(request, account, format, faults);
    if (method !== 'GET') throw notThere(request);
    if (ACCOUNT.test(path)) return ok(this.account(account, path));
    if (path === '/v1/video/query') {
      const task = this.byFullId(account, request.query.get('id') ?? '');
      return ok(unifiedView(task, this.link(task, faults)));
    }
    const id = XAI_QUERY.exec(path)?.[1];
    if (id === undefined || !this.parts.queriesXai) throw notThere(request);
    const task = this.parts.tasks.byId(account, id);
    if (task === undefined || task.order.format !== 'xai') throw new YunwuError('task_not_exist');
    return this.xai(task, faults);
  }

  private create(
    request: SimRequest,
    account: YunwuAccount,
    format: YunwuFormat,
    faults: readonly FaultEffect[],
  ): SimReply {
    if (request.rawBody.length > this.parts.maxBodyBytes) throw new YunwuError(413);
    const order = readOrder(format, jsonOf(request), this.parts);
    if (!account.unlimited && account.units < Number(order.units)) {
      throw new YunwuError('insufficient_user_quota');
    }
    if (this.parts.tasks.openOf(account) >= account.concurrency) throw new YunwuError(429);
    const task = this.parts.tasks.create(account, order, faults);
    return ok(format === 'xai' ? { request_id: task.id } : createdView(task));
  }

  private xai(task: YunwuTask, faults: readonly FaultEffect[]): SimReply {
    const isPending = task.state === 'submitted' || task.state === 'processing';
    if (isPending && this.parts.answersEmpty) return { status: 202, body: Buffer.alloc(0) };
    return { status: isPending ? 202 : 200, body: xaiView(task, this.link(task, faults)) };
  }

  /** A task is found by the id that its create gave, with its prefix. Those of the xAI format have none. */
  private byFullId(account: YunwuAccount, fullId: string): YunwuTask {
    const id = fullId.slice(fullId.indexOf(':') + 1);
    const task = this.parts.tasks.byId(account, id);
    const known = task?.order.format === 'xai' ? task.id : task && fullIdOf(task);
    if (task === undefined || known !== fullId) throw new YunwuError('task_not_exist');
    return task;
  }

  private account(account: YunwuAccount, path: string): Record<string, unknown> {
    const used = this.parts.tasks.list(account).reduce((sum, { charged }) => sum + Number(charged), 0);
    if (path.startsWith('/api/')) return tokenView(account, used);
    return path.endsWith('/usage') ? usageView(used) : subscriptionView(account, used);
  }

  private pricing(): Record<string, unknown> {
    const price = this.parts.unitsPerVideo / UNITS_PER_DOLLAR;
    const data = Object.keys(this.parts.models).map((name) => ({
      ...{ model_name: name, quota_type: 1, model_price: price },
    }));
    return { success: true, data };
  }

  /** Null while the address is not there yet, though the task is said to be done. */
  private link(task: YunwuTask, faults: readonly FaultEffect[]): string | null {
    const { links, linkLifetimeMs, now, urlDelayMs } = this.parts;
    if (now() < task.updatedAt + urlDelayMs) return null;
    return links.make(task.id, has(faults, 'link-expired') === undefined ? linkLifetimeMs : EXPIRED_MS);
  }

  private async result(request: SimRequest): Promise<SimReply> {
    const opened = this.parts.links.open(request);
    if ('refused' in opened) return opened.refused;
    const task = this.parts.tasks.get(opened.taskId);
    if (task === undefined) return { status: 404, body: Buffer.from('gone') };
    return serveVideo(request, await this.parts.media.clip(task.order.clip));
  }
}

const notThere = ({ method, path }: SimRequest): YunwuError =>
  new YunwuError('invalid_request_error', `Invalid URL (${method} ${path})`);
const ok = (body: unknown): SimReply => ({ status: 200, body });
