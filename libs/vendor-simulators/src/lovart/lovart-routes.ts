import { z } from 'zod';
import type { CallKind, FaultEffect } from '../core/faults';
import { serveVideo, type ResultLinks } from '../core/result-links';
import type { ResultMedia } from '../core/result-media';
import { jsonOf, type SimReply, type SimRequest } from '../core/sim-http';
import { has, type VendorRoutes } from '../core/sim-server';
import type { TaskBook } from '../core/task-book';
import { authenticate, type LovartAccount } from './lovart-accounts';
import { EDGE_REFUSAL, isLovartCode, LovartError } from './lovart-errors';
import { orderOf, readChat, VIDEO_TOOLS, type LovartOrder, type LovartTask } from './lovart-order';
import { envelope, type LovartProjects } from './lovart-projects';
import { resultView, statusOf } from './lovart-views';

export interface LovartParts {
  readonly accounts: readonly LovartAccount[];
  readonly tasks: TaskBook<LovartAccount, LovartOrder>;
  readonly projects: LovartProjects;
  /** Threads that wait for their costs to be confirmed. */
  readonly awaiting: Set<string>;
  readonly links: ResultLinks;
  readonly media: ResultMedia;
  readonly now: () => number;
  /** `expired`: it has ended already. */
  readonly linkFor: (task: LovartTask, expired: boolean) => string;
}

const PREFIX = '/v1/openapi';
const KINDS: Readonly<Record<string, CallKind>> = {
  ...{ 'POST /chat': 'create', 'GET /chat/status': 'query', 'GET /chat/result': 'query' },
  ...{ 'POST /mode/query': 'account', 'POST /mode/set': 'account' },
};
const threadSchema = z.object({ thread_id: z.string().min(1) });
const modeSchema = z.object({ unlimited: z.boolean() });
const UUID_HEX = /^[0-9a-f]{32}$/;
const TOO_MANY = 'Your plan does not run more tasks at the same time.';

/** The vendor's agent API. */
export class LovartRoutes implements VendorRoutes {
  constructor(private readonly parts: LovartParts) {}

  kindOf(request: SimRequest): CallKind {
    if (this.parts.links.isLink(request)) return 'result';
    return KINDS[`${request.method} ${request.path.slice(PREFIX.length)}`] ?? 'other';
  }

  errorReply(code: string): SimReply {
    return new LovartError(isLovartCode(code) ? code : '503').toReply();
  }

  async handle(request: SimRequest, faults: readonly FaultEffect[]): Promise<SimReply> {
    try {
      if (this.parts.links.isLink(request)) return await this.result(request);
      return await this.route(request, faults);
    } catch (error) {
      if (error instanceof LovartError) return error.toReply();
      throw error;
    }
  }

  private route(request: SimRequest, faults: readonly FaultEffect[]): Promise<SimReply> | SimReply {
    const { method, path, headers } = request;
    if (!/^Mozilla\//.test(headers['user-agent'] ?? '')) return EDGE_REFUSAL;
    if (!path.startsWith(`${PREFIX}/`)) throw new LovartError('404');
    const what = `${method} ${path.slice(PREFIX.length)}`;
    if (what === 'GET /tools/catalog') return catalogue();
    const account = authenticate(this.parts.accounts, request, this.parts.now());
    if (what === 'POST /file/upload') return this.parts.projects.upload(account, request);
    if (method === 'POST' && !UUID_HEX.test(headers['idempotency-key'] ?? '')) {
      throw new LovartError('400', 'Idempotency-Key is required');
    }
    return this.call(what, account, request, faults);
  }

  private call(
    what: string,
    account: LovartAccount,
    request: SimRequest,
    faults: readonly FaultEffect[],
  ): SimReply {
    const { projects, awaiting, linkFor } = this.parts;
    const thread = (): LovartTask => this.thread(account, request.query.get('thread_id') ?? '');
    switch (what) {
      case 'POST /project/save':
        return projects.save(account, request);
      case 'GET /project/validate':
        return projects.validate(account, request.query.get('project_id') ?? '');
      case 'POST /artifact/upload':
        return projects.artifact(account, request);
      case 'POST /chat':
        return this.chat(account, request, faults);
      case 'GET /chat/status':
        return envelope({ status: statusOf(thread()) });
      case 'GET /chat/result': {
        const task = thread();
        const expired = has(faults, 'link-expired') !== undefined;
        return envelope(resultView(task, awaiting.has(task.id), () => linkFor(task, expired)));
      }
      case 'POST /chat/confirm':
        return this.confirm(account, request);
      case 'POST /mode/query':
        return envelope({ unlimited: account.unlimited });
      case 'POST /mode/set':
        return setMode(account, request);
      default:
        throw new LovartError('404');
    }
  }

  private chat(account: LovartAccount, request: SimRequest, faults: readonly FaultEffect[]): SimReply {
    const { tasks, projects, awaiting } = this.parts;
    const body = readChat(jsonOf(request));
    projects.requireReady(account, body.project_id);
    for (const url of body.attachments ?? []) projects.requireFile(account, url);
    if (body.thread_id !== undefined) this.refuseTurn(account, body.thread_id);
    const order = orderOf(body, account);
    if (tasks.openOf(account) >= account.concurrency) throw new LovartError('2012', TOO_MANY);
    if (account.units < Number(order.units)) throw new LovartError('2012');
    const { id } = tasks.create(account, order, faults);
    if (Number(order.units) > account.confirmAbove) awaiting.add(id);
    return envelope({ thread_id: id });
  }

  /** A second turn of a thread is not simulated, but that a busy one takes none is. */
  private refuseTurn(account: LovartAccount, id: string): never {
    const { state } = this.thread(account, id);
    if (state === 'submitted' || state === 'processing') throw new LovartError('2011');
    throw new LovartError('400', 'The simulator makes one video a thread.');
  }

  private confirm(account: LovartAccount, request: SimRequest): SimReply {
    const { tasks, awaiting } = this.parts;
    const body = threadSchema.safeParse(jsonOf(request));
    if (!body.success) throw new LovartError('400', z.prettifyError(body.error));
    const task = this.thread(account, body.data.thread_id);
    if (!awaiting.has(task.id)) throw new LovartError('400', 'There is nothing to confirm.');
    if (account.units < Number(task.order.units)) throw new LovartError('2012');
    awaiting.delete(task.id);
    tasks.release(account);
    return envelope({});
  }

  private thread(account: LovartAccount, id: string): LovartTask {
    const task = this.parts.tasks.byId(account, id);
    if (task === undefined) throw new LovartError('404', 'The thread does not exist');
    return task;
  }

  /** Videos are given only to whoever comes from the vendor's pages. */
  private async result(request: SimRequest): Promise<SimReply> {
    const opened = this.parts.links.open(request);
    if ('refused' in opened) return opened.refused;
    if (request.headers['referer'] !== 'https://www.lovart.ai/') {
      return { status: 403, body: Buffer.from('<html>Forbidden</html>') };
    }
    const task = this.parts.tasks.get(opened.taskId);
    if (task === undefined) return { status: 404, body: Buffer.from('gone') };
    return serveVideo(request, await this.parts.media.clip(task.order.clip));
  }
}

function setMode(account: LovartAccount, request: SimRequest): SimReply {
  const body = modeSchema.safeParse(jsonOf(request));
  if (!body.success) throw new LovartError('400', z.prettifyError(body.error));
  account.unlimited = body.data.unlimited;
  return envelope({ unlimited: account.unlimited });
}

const catalogue = (): SimReply =>
  envelope({
    tools: VIDEO_TOOLS.map((name) => ({
      ...{ name, display_name: name.replace('generate_video_', ''), category: 'VIDEO', is_premium: false },
    })),
  });
