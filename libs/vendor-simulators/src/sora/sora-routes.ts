import type { CallKind, FaultEffect } from '../core/faults';
import { RateLimit } from '../core/rate-limit';
import { serveVideo, type ResultLinks } from '../core/result-links';
import type { ResultMedia } from '../core/result-media';
import type { SimReply, SimRequest } from '../core/sim-http';
import type { VendorRoutes } from '../core/sim-server';
import type { SimTimes, TaskBook } from '../core/task-book';
import { authenticate, type SoraAccount } from './sora-accounts';
import { isSoraErrorCode, SoraError } from './sora-errors';
import { readOrder, readRemix, type SoraOrder, type SoraTask } from './sora-order';
import { createdView, videoView } from './sora-views';

export interface SoraParts {
  readonly accounts: readonly SoraAccount[];
  readonly tasks: TaskBook<SoraAccount, SoraOrder>;
  readonly links: ResultLinks;
  readonly media: ResultMedia;
  readonly now: () => number;
  readonly times: SimTimes;
  readonly createsPerMinute: number;
  readonly linkLifetimeMs: number;
  readonly redirectsContent: boolean;
}

const VIDEOS = '/v1/videos';
const ONE = /^\/v1\/videos\/([^/]+)(?:\/(content|remix))?$/;
const MINUTE_MS = 60_000;
/** Of a redirect. */
const LINK_MS = 5 * 60_000;
const MAX_PAGE = 100;

/** The Videos API. */
export class SoraRoutes implements VendorRoutes {
  private readonly creates: RateLimit;
  private readonly deleted = new Set<string>();

  constructor(private readonly parts: SoraParts) {
    this.creates = new RateLimit(parts.createsPerMinute, parts.now, MINUTE_MS);
  }

  kindOf(request: SimRequest): CallKind {
    const { method, path } = request;
    if (this.parts.links.isLink(request) || path.endsWith('/content')) return 'result';
    if (method === 'POST') return path === VIDEOS || path.endsWith('/remix') ? 'create' : 'other';
    return method === 'GET' && path.startsWith(VIDEOS) ? 'query' : 'other';
  }

  errorReply(code: string): SimReply {
    return new SoraError(isSoraErrorCode(code) ? code : 'server_error').toReply();
  }

  async handle(request: SimRequest, faults: readonly FaultEffect[]): Promise<SimReply> {
    try {
      return await this.route(request, faults);
    } catch (error) {
      if (error instanceof SoraError) return error.toReply();
      throw error;
    }
  }

  private async route(request: SimRequest, faults: readonly FaultEffect[]): Promise<SimReply> {
    if (this.parts.links.isLink(request)) return this.linked(request);
    const account = authenticate(this.parts.accounts, request);
    const { method, path } = request;
    if (path === VIDEOS && method === 'POST') return this.create(account, await readOrder(request), faults);
    if (path === VIDEOS && method === 'GET') return this.list(account, request);
    const [, id = '', what] = ONE.exec(path) ?? [];
    switch (`${method} ${what ?? ''}`) {
      case 'GET ':
        return ok(this.view(this.task(account, id)));
      case 'GET content':
        return this.content(request, this.task(account, id));
      case 'POST remix':
        return this.create(account, readRemix(request, this.finished(account, id)), faults);
      case 'DELETE ':
        return this.remove(this.task(account, id));
      default:
        throw new SoraError('not_found', `Invalid URL (${method} ${path})`);
    }
  }

  private create(account: SoraAccount, order: SoraOrder, faults: readonly FaultEffect[]): SimReply {
    if (!this.creates.allows(account.name)) throw new SoraError('rate_limit_exceeded');
    if (account.units < Number(order.units)) throw new SoraError('insufficient_quota');
    if (this.parts.tasks.openOf(account) >= account.concurrency) throw new SoraError('rate_limit_exceeded');
    const callbackUrl = account.webhook?.url ?? null;
    return ok(createdView(this.view(this.parts.tasks.create(account, { ...order, callbackUrl }, faults))));
  }

  private list(account: SoraAccount, { query }: SimRequest): SimReply {
    const limit = Number(query.get('limit') ?? '20');
    if (!(Number.isInteger(limit) && limit >= 1 && limit <= MAX_PAGE)) {
      throw new SoraError('invalid_request_error', 'Invalid limit.', 'limit');
    }
    const newest = this.parts.tasks.list(account).filter(({ id }) => !this.deleted.has(id));
    const all = query.get('order') === 'asc' ? newest.reverse() : newest;
    const from = all.findIndex(({ id }) => id === query.get('after')) + 1;
    const page = all.slice(from, from + limit);
    return ok({
      ...{ object: 'list', data: page.map((task) => this.view(task)) },
      ...{ first_id: page[0]?.id ?? null, last_id: page.at(-1)?.id ?? null },
      has_more: from + limit < all.length,
    });
  }

  /** The bytes, or a redirect to where they are; the picture variants are not simulated. */
  private async content(request: SimRequest, task: SoraTask): Promise<SimReply> {
    const { linkLifetimeMs, links, media, now, redirectsContent } = this.parts;
    if ((request.query.get('variant') ?? 'video') !== 'video') {
      throw new SoraError('invalid_request_error', 'This variant is not simulated.', 'variant');
    }
    if (task.state !== 'succeeded') throw new SoraError('not_found', 'Video is not ready yet.');
    if (now() >= task.updatedAt + linkLifetimeMs) throw new SoraError('not_found', 'Video has expired.');
    if (!redirectsContent) return serveVideo(request, await media.clip(task.order.clip));
    const location = links.make(task.id, LINK_MS);
    return { status: 302, body: Buffer.alloc(0), headers: { location } };
  }

  private async linked(request: SimRequest): Promise<SimReply> {
    const opened = this.parts.links.open(request);
    if ('refused' in opened) return opened.refused;
    const task = this.parts.tasks.get(opened.taskId);
    if (task === undefined) throw new SoraError('not_found');
    return serveVideo(request, await this.parts.media.clip(task.order.clip));
  }

  private remove(task: SoraTask): SimReply {
    if (task.state !== 'succeeded' && task.state !== 'failed') {
      throw new SoraError('invalid_request_error', 'Only completed or failed videos can be deleted.');
    }
    this.deleted.add(task.id);
    return ok({ id: task.id, object: 'video.deleted', deleted: true });
  }

  private task(account: SoraAccount, id: string): SoraTask {
    const task = this.deleted.has(id) ? undefined : this.parts.tasks.byId(account, id);
    if (task === undefined) throw new SoraError('not_found', `Video with id '${id}' not found.`);
    return task;
  }

  private finished(account: SoraAccount, id: string): SoraTask {
    const task = this.task(account, id);
    if (task.state === 'succeeded') return task;
    throw new SoraError('invalid_request_error', 'Only completed videos can be remixed.');
  }

  private view(task: SoraTask): Record<string, unknown> {
    return videoView(task, { progress: this.progressOf(task), lifetimeMs: this.parts.linkLifetimeMs });
  }

  /** How far a video is that takes as long as the middle of what videos take. */
  private progressOf({ state, updatedAt }: SoraTask): number {
    if (state !== 'processing') return state === 'succeeded' ? 100 : 0;
    const [low, high] = this.parts.times.runMs;
    const share = (this.parts.now() - updatedAt) / Math.max(1, (low + high) / 2);
    return Math.min(99, Math.floor(share * 100));
  }
}

const ok = (body: unknown): SimReply => ({ status: 200, body });
