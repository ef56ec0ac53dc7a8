import type { CallKind, FaultEffect } from '../core/faults';
import { serveVideo, type ResultLinks } from '../core/result-links';
import type { ResultMedia } from '../core/result-media';
import { jsonOf, type SimReply, type SimRequest } from '../core/sim-http';
import { has, type VendorRoutes } from '../core/sim-server';
import type { TaskBook } from '../core/task-book';
import { authenticate, type RunwayAccount } from './runway-accounts';
import { isRunwayStatus, RunwayError } from './runway-errors';
import { readOrder, type RunwayOrder, type RunwayRoute, type RunwayTask } from './runway-order';
import { organizationView, usageView } from './runway-organization';
import type { RunwayUploads } from './runway-uploads';

export interface RunwayParts {
  readonly accounts: readonly RunwayAccount[];
  readonly tasks: TaskBook<RunwayAccount, RunwayOrder>;
  readonly uploads: RunwayUploads;
  readonly links: ResultLinks;
  readonly media: ResultMedia;
  readonly now: () => number;
  /** `expired`: its links have ended already. */
  readonly view: (task: RunwayTask, expired: boolean) => Record<string, unknown>;
}

const CREATE = /^\/v1\/(image_to_video|text_to_video)$/;
const TASK = /^\/v1\/tasks\/([^/]+)$/;
const DAY_MS = 24 * 3_600_000;
const NO_CREDITS = 'You do not have enough credits to run this task.';
const REJECTED_WORD = '[sim:reject]';
const REJECTION = 'SAFETY.INPUT.TEXT: The prompt did not pass content moderation.';

/** The vendor's HTTP API, and the store for uploads. */
export class RunwayRoutes implements VendorRoutes {
  /** Stopped or deleted: never to be seen again. */
  private readonly deleted = new Set<string>();

  constructor(private readonly parts: RunwayParts) {}

  kindOf(request: SimRequest): CallKind {
    if (this.parts.links.isLink(request)) return 'result';
    if (request.method === 'POST' && CREATE.test(request.path)) return 'create';
    if (request.method === 'GET' && TASK.test(request.path)) return 'query';
    return request.path.startsWith('/v1/organization') ? 'account' : 'other';
  }

  errorReply(code: string): SimReply {
    const status = Number(code);
    return new RunwayError(isRunwayStatus(status) ? status : 500).toReply();
  }

  async handle(request: SimRequest, faults: readonly FaultEffect[]): Promise<SimReply> {
    try {
      return await this.route(request, faults);
    } catch (error) {
      if (error instanceof RunwayError) return error.toReply();
      throw error;
    }
  }

  private async route(request: SimRequest, faults: readonly FaultEffect[]): Promise<SimReply> {
    const { accounts, links, uploads } = this.parts;
    if (links.isLink(request)) return this.result(request);
    if (uploads.isStorage(request)) return uploads.store(request);
    const account = authenticate(accounts, request);
    const { method, path } = request;
    const create = CREATE.exec(path)?.[1] as RunwayRoute | undefined;
    const taskId = TASK.exec(path)?.[1];
    if (create !== undefined) {
      if (method !== 'POST') throw new RunwayError(405);
      return this.create(request, account, create, faults);
    }
    if (taskId !== undefined) return this.task(method, account, taskId, faults);
    switch (`${method} ${path}`) {
      case 'POST /v1/uploads':
        return uploads.create(account, request);
      case 'GET /v1/organization':
        return { status: 200, body: organizationView(account, this.madeToday(account)) };
      case 'POST /v1/organization/usage':
        return {
          status: 200,
          body: usageView(this.parts.tasks.list(account), jsonOf(request), this.parts.now()),
        };
      default:
        throw new RunwayError(404);
    }
  }

  private create(
    request: SimRequest,
    account: RunwayAccount,
    route: RunwayRoute,
    faults: readonly FaultEffect[],
  ): SimReply {
    const { tasks, uploads } = this.parts;
    const order = readOrder(route, jsonOf(request), (uri) => uploads.has(account, uri));
    if ((this.madeToday(account)[order.model] ?? 0) >= account.dailyGenerations) throw new RunwayError(429);
    if (account.units < Number(order.units)) throw new RunwayError(400, NO_CREDITS);
    const rejected: FaultEffect[] = order.prompt.includes(REJECTED_WORD)
      ? [{ kind: 'task-fails', message: REJECTION }]
      : [];
    const { id } = tasks.create(account, order, [...faults, ...rejected]);
    return { status: 200, body: { id, estimatedCost: { credits: Number(order.units) } } };
  }

  private task(method: string, account: RunwayAccount, id: string, faults: readonly FaultEffect[]): SimReply {
    const task = this.deleted.has(id) ? undefined : this.parts.tasks.byId(account, id);
    if (task === undefined) throw new RunwayError(404);
    if (method === 'DELETE') {
      this.parts.tasks.cancel(task);
      this.deleted.add(id);
      return { status: 204, body: Buffer.alloc(0) };
    }
    if (method !== 'GET') throw new RunwayError(405);
    return { status: 200, body: this.parts.view(task, has(faults, 'link-expired') !== undefined) };
  }

  /** Tasks of the last day, by model. */
  private madeToday(account: RunwayAccount): Readonly<Record<string, number>> {
    const since = this.parts.now() - DAY_MS;
    const counts: Record<string, number> = {};
    for (const { order, createdAt } of this.parts.tasks.list(account)) {
      if (createdAt > since) counts[order.model] = (counts[order.model] ?? 0) + 1;
    }
    return counts;
  }

  private async result(request: SimRequest): Promise<SimReply> {
    const opened = this.parts.links.open(request);
    if ('refused' in opened) return opened.refused;
    const task = this.parts.tasks.get(opened.taskId);
    if (task === undefined || this.deleted.has(task.id)) return { status: 404, body: Buffer.from('gone') };
    return serveVideo(request, await this.parts.media.clip(task.order.clip));
  }
}
