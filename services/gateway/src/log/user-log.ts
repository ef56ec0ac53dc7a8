import type { Readable } from 'node:stream';
import { Inject, Injectable, type OnModuleDestroy } from '@nestjs/common';
import type { Bus } from '@shotloom/bus';
import {
  toUserLogLine,
  userLogRpc,
  type RpcRequest,
  type RpcResponse,
  type UserLogPage,
  type UserLogQuery,
} from '@shotloom/contracts';
import type { Logger } from '@shotloom/service-kit';
import { UserStreams } from '../http/user-streams';
import type { Caller } from '../jobs/jobs';
import { BUS, LOGGER } from '../platform/parts';
import { notYet } from '../planned/not-yet';

type Page = RpcResponse<typeof userLogRpc>;
type Filter = Pick<RpcRequest<typeof userLogRpc>, 'limit' | 'levels' | 'provider' | 'since'>;

/** Said where nothing happens, so that nobody on the way takes the line for dead. Milliseconds. */
const BEAT_MS = 15_000;
/** Before everything that was ever written. */
const BEGINNING = '0-0';

/** What happened to all of a user's jobs, page by page or as it happens. */
@Injectable()
export class UserLog implements OnModuleDestroy {
  private readonly streams = new UserStreams(
    'You follow your log too many times already. Close one of them.',
  );

  constructor(
    @Inject(BUS) private readonly bus: Bus,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  onModuleDestroy(): void {
    this.streams.close();
  }

  /** Newest first. */
  async page(query: UserLogQuery, caller: Caller): Promise<UserLogPage> {
    const filter = filterOf(query);
    const { entries, next } = await this.ask({ ...filter, before: query.cursor }, caller);
    return { data: entries.map(toUserLogLine), next_cursor: next };
  }

  /**
   * Events `line`, oldest first, from the last ones of a page on; with `lastSeen`, the id of an event, from what came after it. Throws
   * what a page throws, and `rate_limited` for one stream too many.
   */
  async follow(query: UserLogQuery, lastSeen: string | undefined, caller: Caller): Promise<Readable> {
    const filter = { ...filterOf(query), settled: true };
    const first = await this.ask(lastSeen === undefined ? filter : { ...filter, after: lastSeen }, caller);
    const page = lastSeen === undefined ? { entries: first.entries.toReversed(), next: null } : first;
    return this.streams.start(caller.userId, (turns) =>
      this.lines(page, lastSeen ?? BEGINNING, { filter, caller, turns }),
    );
  }

  private async *lines(
    first: Page,
    from: string,
    { filter, caller, turns }: { filter: Filter; caller: Caller; turns: AsyncGenerator<void> },
  ): AsyncGenerator<string> {
    let page: Page | undefined = first;
    let after = from;
    let saidAt = performance.now();
    for await (const _turn of turns) {
      do {
        page ??= await this.look({ ...filter, after }, caller);
        for (const entry of page.entries) {
          yield `id: ${entry.cursor}\nevent: line\ndata: ${JSON.stringify(toUserLogLine(entry))}\n\n`;
          after = entry.cursor;
          saidAt = performance.now();
        }
        page = page.next === null ? undefined : await this.look({ ...filter, after }, caller);
      } while (page !== undefined);
      if (performance.now() - saidAt >= BEAT_MS) {
        yield ': beat\n\n';
        saidAt = performance.now();
      }
    }
  }

  /** Nothing where nobody answers at the moment: the next look may find somebody. */
  private async look(question: Filter & { after: string }, caller: Caller): Promise<Page> {
    try {
      return await this.ask(question, caller);
    } catch (error) {
      this.logger.warn({ err: error }, 'the log of a user could not be read');
      return { entries: [], next: null };
    }
  }

  private ask(
    question: Omit<RpcRequest<typeof userLogRpc>, 'userId'>,
    { userId, requestId }: Caller,
  ): Promise<Page> {
    return this.bus.request(userLogRpc, { userId, ...question }, { correlationId: requestId });
  }
}

/** Throws where a project is named: there are none yet. */
function filterOf({ limit, level: levels, provider, since, project }: UserLogQuery): Filter {
  if (project !== undefined) throw notYet({ what: 'Projects' });
  return { limit, levels, provider, since };
}
