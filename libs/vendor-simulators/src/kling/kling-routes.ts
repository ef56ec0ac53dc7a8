import type { CallKind, FaultEffect } from '../core/faults';
import { serveVideo, type ResultLinks } from '../core/result-links';
import type { ResultMedia } from '../core/result-media';
import { jsonOf, type SimReply, type SimRequest } from '../core/sim-http';
import { has, type VendorRoutes } from '../core/sim-server';
import { accountCosts } from './account-costs';
import { authenticate, type KlingAccount } from './kling-accounts';
import { isKlingErrorCode, KlingError, succeeded } from './kling-errors';
import type { KlingTask, KlingTasks } from './kling-tasks';
import { readLegacyOrder } from './legacy-orders';
import { RateLimit } from '../core/rate-limit';
import { readStandardOrder, STANDARD_PRODUCTS } from './standard-orders';
import { legacyView, standardCreated, standardView } from './task-views';

export interface KlingParts {
  readonly accounts: readonly KlingAccount[];
  readonly tasks: KlingTasks;
  readonly links: ResultLinks;
  readonly media: ResultMedia;
  readonly now: () => number;
  readonly requestsPerSecond: number;
  readonly linkLifetimeMs: number;
}

const LEGACY = /^\/v1\/videos\/([\w-]+)(?:\/([^/]+))?$/;
const STANDARD = /^\/(text-to-video|image-to-video|omni-video|motion-control)\/([^/]+)$/;
const MAX_IDS = 20;
const EXPIRED_MS = -1_000;

/** Both generations of the vendor's API. */
export class KlingRoutes implements VendorRoutes {
  private readonly rate: RateLimit;

  constructor(private readonly parts: KlingParts) {
    this.rate = new RateLimit(parts.requestsPerSecond, parts.now);
  }

  kindOf(request: SimRequest): CallKind {
    if (this.parts.links.isLink(request)) return 'result';
    if (request.path === '/account/costs') return 'account';
    const create = request.method === 'POST' && (LEGACY.test(request.path) || STANDARD.test(request.path));
    if (create) return 'create';
    return request.path === '/tasks' || LEGACY.test(request.path) ? 'query' : 'other';
  }

  errorReply(code: string): SimReply {
    const number = Number(code);
    if (isKlingErrorCode(number)) return new KlingError(number).toReply();
    return { status: 500, body: { code: number, message: 'unknown', request_id: 'sim' } };
  }

  async handle(request: SimRequest, faults: readonly FaultEffect[]): Promise<SimReply> {
    try {
      return await this.route(request, faults);
    } catch (error) {
      if (error instanceof KlingError) return error.toReply();
      throw error;
    }
  }

  private async route(request: SimRequest, faults: readonly FaultEffect[]): Promise<SimReply> {
    const { path, method } = request;
    if (this.parts.links.isLink(request)) return this.result(request);
    const legacy = LEGACY.exec(path);
    if (legacy !== null) return this.legacy(request, legacy[1] ?? '', legacy[2], faults);
    const standard = STANDARD.exec(path);
    if (standard !== null) return this.standardCreate(request, standard[1] ?? '', standard[2] ?? '', faults);
    if (path === '/tasks') {
      if (method !== 'GET') throw new KlingError(1202);
      return this.standardQuery(request, faults);
    }
    if (path === '/account/costs')
      return accountCosts(this.account(request, false), request, this.parts.now());
    throw new KlingError(1203);
  }

  private legacy(
    request: SimRequest,
    product: string,
    id: string | undefined,
    faults: readonly FaultEffect[],
  ): SimReply {
    const account = this.account(request, false);
    if (product !== 'text2video' && product !== 'image2video') throw new KlingError(1203);
    if (request.method === 'POST' && id === undefined) {
      const task = this.parts.tasks.create(account, readLegacyOrder(product, jsonOf(request)), faults);
      return succeeded(legacyView(task, this.link(faults)));
    }
    if (request.method !== 'GET') throw new KlingError(1202);
    const isListed = ({ order }: KlingTask): boolean =>
      order.generation === 'legacy' && order.product === product;
    if (id === undefined) {
      const tasks = page(this.parts.tasks.list(account).filter(isListed), request);
      return succeeded(tasks.map((task) => legacyView(task, this.link(faults))));
    }
    const task = this.parts.tasks.byId(account, id) ?? this.parts.tasks.byExternal(account, id);
    if (task === undefined || !isListed(task)) throw new KlingError(1203, `task is not found: ${id}`);
    return succeeded(legacyView(task, this.link(faults)));
  }

  private standardCreate(
    request: SimRequest,
    route: string,
    model: string,
    faults: readonly FaultEffect[],
  ): SimReply {
    const account = this.account(request, true);
    if (request.method !== 'POST') throw new KlingError(1202);
    const product = STANDARD_PRODUCTS[route];
    if (product === undefined) throw new KlingError(1203);
    const order = readStandardOrder(product, model, jsonOf(request));
    return succeeded(standardCreated(this.parts.tasks.create(account, order, faults)));
  }

  /** Finds what either generation made. Unknown ids are left out. */
  private standardQuery(request: SimRequest, faults: readonly FaultEffect[]): SimReply {
    const account = this.account(request, true);
    const { tasks } = this.parts;
    const ids = listOf(request, 'task_ids').map((id) => tasks.byId(account, id));
    const external = listOf(request, 'external_task_ids').map((id) => tasks.byExternal(account, id));
    const asked = [...ids, ...external];
    if (asked.length === 0 || asked.length > MAX_IDS) throw new KlingError(1201, 'give 1 to 20 ids');
    const found = asked.filter((task) => task !== undefined);
    return succeeded(found.map((task) => standardView(task, this.link(faults))));
  }

  private async result(request: SimRequest): Promise<SimReply> {
    const opened = this.parts.links.open(request);
    if ('refused' in opened) return opened.refused;
    const task = this.parts.tasks.get(opened.taskId);
    if (task === undefined) return { status: 404, body: Buffer.from('gone') };
    return serveVideo(request, await this.parts.media.clip(task.order.clip));
  }

  private account(request: SimRequest, apiKeyOnly: boolean): KlingAccount {
    const { accounts, now } = this.parts;
    const account = authenticate(accounts, request.headers['authorization'], now(), apiKeyOnly);
    if (!this.rate.allows(account.name)) throw new KlingError(1302);
    return account;
  }

  private link(faults: readonly FaultEffect[]): (task: KlingTask) => string {
    const lifetime = has(faults, 'link-expired') === undefined ? this.parts.linkLifetimeMs : EXPIRED_MS;
    return (task) => this.parts.links.make(task.id, lifetime);
  }
}

function listOf({ query }: SimRequest, name: string): string[] {
  return (query.get(name) ?? '').split(',').filter((id) => id !== '');
}

function page(tasks: readonly KlingTask[], { query }: SimRequest): readonly KlingTask[] {
  const number = Number(query.get('pageNum') ?? '1');
  const size = Number(query.get('pageSize') ?? '30');
  const valid = Number.isInteger(number) && number >= 1 && number <= 1000 && size >= 1 && size <= 500;
  if (!valid) throw new KlingError(1201, 'pageNum or pageSize is invalid');
  return tasks.slice((number - 1) * size, number * size);
}
