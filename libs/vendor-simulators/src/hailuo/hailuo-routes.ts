import type { CallKind, FaultEffect } from '../core/faults';
import { RateLimit } from '../core/rate-limit';
import { serveVideo, type ResultLinks } from '../core/result-links';
import type { ResultMedia } from '../core/result-media';
import { jsonOf, type SimReply, type SimRequest } from '../core/sim-http';
import { has, type VendorRoutes } from '../core/sim-server';
import type { TaskBook } from '../core/task-book';
import { answersChallenge } from './challenge';
import { authenticate, type HailuoAccount } from './hailuo-accounts';
import { baseResp, HailuoError, isHailuoErrorCode, type HailuoApi } from './hailuo-errors';
import { invalid, type HailuoOrder, type HailuoTask } from './hailuo-order';
import { fileView, v1View, v2View } from './hailuo-views';
import { readV1Order } from './v1-orders';
import { readV2Order } from './v2-orders';

export interface HailuoParts {
  readonly accounts: readonly HailuoAccount[];
  readonly tasks: TaskBook<HailuoAccount, HailuoOrder>;
  readonly links: ResultLinks;
  readonly media: ResultMedia;
  readonly now: () => number;
  readonly createsPerMinute: number;
  readonly linkLifetimeMs: number;
}

const CREATE = /^\/(v1|v2)\/video_generation$/;
const V2_QUERY = /^\/v2\/query\/video_generation(?:\/([^/]+))?$/;
const MINUTE_MS = 60_000;
const EXPIRED_MS = -1_000;
/** Added to a task's number, so that no file has the id of a task. */
const FILE_PREFIX = '17';

const apiOf = ({ path }: SimRequest): HailuoApi => (path.startsWith('/v2/') ? 'v2' : 'v1');

/** Both APIs of the vendor. */
export class HailuoRoutes implements VendorRoutes {
  private readonly creates: RateLimit;

  constructor(private readonly parts: HailuoParts) {
    this.creates = new RateLimit(parts.createsPerMinute, parts.now, MINUTE_MS);
  }

  kindOf(request: SimRequest): CallKind {
    if (this.parts.links.isLink(request)) return 'result';
    if (CREATE.test(request.path)) return 'create';
    return /^\/v[12]\/(query\/|files\/retrieve)/.test(request.path) ? 'query' : 'other';
  }

  errorReply(code: string, request: SimRequest): SimReply {
    const number = Number(code);
    return new HailuoError(isHailuoErrorCode(number) ? number : 1000).toReply(apiOf(request));
  }

  async handle(request: SimRequest, faults: readonly FaultEffect[]): Promise<SimReply> {
    try {
      return await this.route(request, faults);
    } catch (error) {
      if (error instanceof HailuoError) return error.toReply(apiOf(request));
      throw error;
    }
  }

  private async route(request: SimRequest, faults: readonly FaultEffect[]): Promise<SimReply> {
    if (this.parts.links.isLink(request)) return this.result(request);
    const account = authenticate(this.parts.accounts, request);
    const { method, path } = request;
    if (CREATE.test(path) && method === 'POST') return this.create(request, account, faults);
    const v2 = V2_QUERY.exec(path);
    if (method !== 'GET') throw invalid(`there is no ${method} ${path}`);
    if (v2?.[1] !== undefined)
      return ok({ task: v2View(this.task(account, v2[1], 'v2'), this.link(v2[1], faults)) });
    if (v2 !== null) return this.list(account, request);
    if (path === '/v1/query/video_generation') return this.query(account, request);
    if (path === '/v1/files/retrieve') return this.retrieve(account, request, faults);
    throw invalid(`there is no ${method} ${path}`);
  }

  private async create(
    request: SimRequest,
    account: HailuoAccount,
    faults: readonly FaultEffect[],
  ): Promise<SimReply> {
    const api = apiOf(request);
    if (!this.creates.allows(account.name)) throw new HailuoError(1002);
    const order = api === 'v1' ? readV1Order(jsonOf(request)) : readV2Order(jsonOf(request));
    if (account.units < Number(order.units)) throw new HailuoError(1008);
    if (this.parts.tasks.openOf(account) >= account.concurrency) throw new HailuoError(1041);
    if (order.callbackUrl !== null && !(await answersChallenge(order.callbackUrl))) {
      throw invalid('callback_url did not answer the challenge');
    }
    const { id } = this.parts.tasks.create(account, order, faults);
    return ok(api === 'v1' ? { task_id: id, base_resp: baseResp() } : { task_id: id });
  }

  private query(account: HailuoAccount, { query }: SimRequest): SimReply {
    const task = this.task(account, query.get('task_id') ?? '', 'v1');
    return ok(v1View(task, fileIdOf(task)));
  }

  private retrieve(account: HailuoAccount, { query }: SimRequest, faults: readonly FaultEffect[]): SimReply {
    const fileId = query.get('file_id') ?? '';
    const task = this.parts.tasks.list(account).find((one) => fileIdOf(one) === fileId);
    if (task === undefined) throw invalid('file_id');
    const length = this.parts.media.sizeOf(task.order.clip);
    return ok(fileView(task, fileId, this.link(task.id, faults), length));
  }

  private list(account: HailuoAccount, { query }: SimRequest): SimReply {
    const [page, size] = [Number(query.get('page_num') ?? '1'), Number(query.get('page_size') ?? '10')];
    if (!(page >= 1 && size >= 1 && size <= 100)) throw invalid('page_num or page_size');
    const all = this.parts.tasks.list(account).filter(({ order }) => order.api === 'v2');
    const tasks = all
      .slice((page - 1) * size, page * size)
      .map((task) => v2View(task, this.link(task.id, [])));
    return ok({ tasks, total: all.length });
  }

  private task(account: HailuoAccount, id: string, api: HailuoApi): HailuoTask {
    const task = this.parts.tasks.byId(account, id);
    if (task === undefined || task.order.api !== api) throw invalid('task_id');
    return task;
  }

  private async result(request: SimRequest): Promise<SimReply> {
    const opened = this.parts.links.open(request);
    if ('refused' in opened) return opened.refused;
    const task = this.parts.tasks.get(opened.taskId);
    if (task === undefined) return { status: 404, body: Buffer.from('gone') };
    return serveVideo(request, await this.parts.media.clip(task.order.clip));
  }

  private link(taskId: string, faults: readonly FaultEffect[]): string {
    const lifetime = has(faults, 'link-expired') === undefined ? this.parts.linkLifetimeMs : EXPIRED_MS;
    return this.parts.links.make(taskId, lifetime);
  }
}

/** Null until it has a file. Fifteen digits, as a number that JSON readers keep whole. */
export function fileIdOf({ id, state }: HailuoTask): string | null {
  return state === 'succeeded' ? `${FILE_PREFIX}${id.slice(-13)}` : null;
}

const ok = (body: unknown): SimReply => ({ status: 200, body });
