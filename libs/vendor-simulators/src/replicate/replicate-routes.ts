import type { CallKind, FaultEffect } from '../core/faults';
import { RateLimit } from '../core/rate-limit';
import { serveVideo, type ResultLinks } from '../core/result-links';
import type { ResultMedia } from '../core/result-media';
import { jsonOf, type SimReply, type SimRequest } from '../core/sim-http';
import { has, type VendorRoutes } from '../core/sim-server';
import { authenticate, type ReplicateAccount } from './replicate-accounts';
import { isReplicateStatus, ReplicateError } from './replicate-errors';
import type { ReplicateFiles } from './replicate-files';
import type { ReplicateModel } from './replicate-models';
import { readOrder, type ModelChoice, type ReplicateTask } from './replicate-order';
import type { ReplicateTasks } from './replicate-tasks';
import { isRemoved } from './replicate-views';

export interface ReplicateParts {
  readonly accounts: readonly ReplicateAccount[];
  readonly models: readonly ReplicateModel[];
  readonly tasks: ReplicateTasks;
  readonly files: ReplicateFiles;
  readonly links: ResultLinks;
  readonly media: ResultMedia;
  readonly now: () => number;
  /** `expired`: its links have ended already. */
  readonly view: (task: ReplicateTask, expired?: boolean) => Record<string, unknown>;
  readonly createsPerMinute: number;
  readonly requestsPerMinute: number;
}

const CREATE = /^\/v1\/(?:predictions|models\/([\w.-]+\/[\w.-]+)\/predictions)$/;
const PREDICTION = /^\/v1\/predictions\/([^/]+)(\/cancel)?$/;
const FILE = /^\/v1\/files\/([^/]+)$/;
const MODEL = /^\/v1\/models\/([\w.-]+\/[\w.-]+)$/;
const WAIT = /^wait(?:=(\d+))?$/;
const MINUTE_MS = 60_000;
const LONGEST_WAIT_S = 60;
const PAGE = 100;
/** What the vendor leaves to accounts without a payment method. */
const UNPAID = { perSecond: 1, perMinute: 6 };
const REJECTED_WORD = '[sim:reject]';
const REJECTION = 'NSFW content detected. Try running it again, or try a different prompt.';

/** The vendor's HTTP API. */
export class ReplicateRoutes implements VendorRoutes {
  private readonly creates: RateLimit;
  private readonly requests: RateLimit;
  private readonly unpaidSecond: RateLimit;
  private readonly unpaidMinute: RateLimit;

  constructor(private readonly parts: ReplicateParts) {
    const { now, createsPerMinute, requestsPerMinute } = parts;
    this.creates = new RateLimit(createsPerMinute, now, MINUTE_MS);
    this.requests = new RateLimit(requestsPerMinute, now, MINUTE_MS);
    this.unpaidSecond = new RateLimit(UNPAID.perSecond, now);
    this.unpaidMinute = new RateLimit(UNPAID.perMinute, now, MINUTE_MS);
  }

  kindOf(request: SimRequest): CallKind {
    if (this.parts.links.isLink(request)) return 'result';
    if (request.method === 'POST') return CREATE.test(request.path) ? 'create' : 'other';
    if (/^\/v1\/predictions(\/|$)/.test(request.path)) return 'query';
    return request.path === '/v1/account' ? 'account' : 'other';
  }

  errorReply(code: string): SimReply {
    const status = Number(code);
    return new ReplicateError(isReplicateStatus(status) ? status : 500).toReply();
  }

  async handle(request: SimRequest, faults: readonly FaultEffect[]): Promise<SimReply> {
    try {
      return await this.route(request, faults);
    } catch (error) {
      if (error instanceof ReplicateError) return error.toReply();
      throw error;
    }
  }

  private async route(request: SimRequest, faults: readonly FaultEffect[]): Promise<SimReply> {
    if (this.parts.links.isLink(request)) return this.result(request);
    const account = authenticate(this.parts.accounts, request);
    const { method, path } = request;
    const create = method === 'POST' ? CREATE.exec(path) : null;
    if (create !== null) {
      const choice = create[1] === undefined ? ({ byVersion: true } as const) : { byPath: create[1] };
      return this.create(request, account, choice, faults);
    }
    if (!this.requests.allows(account.name)) throw new ReplicateError(429);
    const prediction = PREDICTION.exec(path);
    if (prediction !== null) return this.prediction(method, account, prediction, faults);
    if (method === 'GET' && path === '/v1/predictions') return this.list(account, request);
    return this.rest(request, account);
  }

  private async create(
    request: SimRequest,
    account: ReplicateAccount,
    choice: ModelChoice,
    faults: readonly FaultEffect[],
  ): Promise<SimReply> {
    const { tasks, files, models, view } = this.parts;
    this.checkRate(account);
    const order = readOrder(jsonOf(request), choice, request.headers['cancel-after'], models);
    files.check(account, order.input);
    if (account.units <= 0) throw new ReplicateError(402);
    const rejected: FaultEffect[] = order.prompt.includes(REJECTED_WORD)
      ? [{ kind: 'task-fails', message: REJECTION }]
      : [];
    const task = tasks.create(account, order, [...faults, ...rejected]);
    const [match, seconds] = WAIT.exec(request.headers['prefer'] ?? '') ?? [];
    if (match === undefined) return { status: 201, body: view(task) };
    const ms = Math.min(Math.max(1, Number(seconds ?? LONGEST_WAIT_S)), LONGEST_WAIT_S) * 1_000;
    return { status: (await tasks.ended(task, ms)) ? 201 : 202, body: view(task) };
  }

  private checkRate({ name, hasPaymentMethod }: ReplicateAccount): void {
    const mayPay = hasPaymentMethod || (this.unpaidSecond.allows(name) && this.unpaidMinute.allows(name));
    if (!mayPay || !this.creates.allows(name)) throw new ReplicateError(429);
  }

  private prediction(
    method: string,
    account: ReplicateAccount,
    [, id = '', cancel]: RegExpExecArray,
    faults: readonly FaultEffect[],
  ): SimReply {
    const { tasks, view } = this.parts;
    const task = tasks.byId(account, id);
    if (task === undefined || method !== (cancel === undefined ? 'GET' : 'POST'))
      throw new ReplicateError(404);
    if (cancel !== undefined) tasks.cancel(task);
    return { status: 200, body: view(task, has(faults, 'link-expired') !== undefined) };
  }

  private list(account: ReplicateAccount, { query }: SimRequest): SimReply {
    const from = Number(query.get('cursor') ?? '0');
    const [after, before] = ['created_after', 'created_before'].map((name) =>
      Date.parse(query.get(name) ?? ''),
    );
    const all = this.parts.tasks
      .list(account)
      .filter(({ createdAt }) => !(createdAt < (after ?? NaN)) && !(createdAt >= (before ?? NaN)));
    const page = (at: number): string => `${this.parts.links.baseUrl}/v1/predictions?cursor=${at}`;
    return {
      status: 200,
      body: {
        previous: from > 0 ? page(Math.max(0, from - PAGE)) : null,
        next: all.length > from + PAGE ? page(from + PAGE) : null,
        results: all.slice(from, from + PAGE).map((task) => this.parts.view(task)),
      },
    };
  }

  private rest(request: SimRequest, account: ReplicateAccount): Promise<SimReply> | SimReply {
    const { method, path } = request;
    const { files, models } = this.parts;
    const file = FILE.exec(path)?.[1];
    const model = models.find(({ name }) => name === MODEL.exec(path)?.[1]);
    if (method === 'POST' && path === '/v1/files') return files.create(account, request);
    if (method === 'GET' && file !== undefined) return files.get(account, file);
    if (method === 'DELETE' && file !== undefined) return files.remove(account, file);
    if (method === 'GET' && path === '/v1/account') {
      return { status: 200, body: { type: 'organization', username: account.name, name: account.name } };
    }
    if (method === 'GET' && path === '/v1/webhooks/default/secret') {
      return { status: 200, body: { key: account.webhookSecret } };
    }
    if (method !== 'GET' || model === undefined) throw new ReplicateError(404);
    const [owner, name] = model.name.split('/');
    const { version } = model;
    return {
      status: 200,
      body: {
        ...{ owner, name, is_official: version === null, visibility: 'public' },
        latest_version: { id: version },
      },
    };
  }

  private async result(request: SimRequest): Promise<SimReply> {
    const opened = this.parts.links.open(request);
    if ('refused' in opened) return opened.refused;
    const task = this.parts.tasks.get(opened.taskId);
    if (task === undefined || isRemoved(task, this.parts.now()))
      return { status: 404, body: Buffer.from('gone') };
    return serveVideo(request, await this.parts.media.clip(task.order.clip));
  }
}
