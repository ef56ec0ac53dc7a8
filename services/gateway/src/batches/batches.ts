import { Inject, Injectable } from '@nestjs/common';
import type { Bus } from '@shotloom/bus';
import {
  acceptBatchRpc,
  bringBatchRowsRpc,
  cancelBatchRpc,
  getBatchRpc,
  listBatchesRpc,
  MOST_BATCH_VIDEOS,
  MOST_ROWS_BROUGHT,
  openBatchRpc,
  toBatch,
  type BatchDetail,
  type BatchListQuery,
  type BatchPage,
  type BatchQuote,
  type CreateBatch,
  type Principal,
  type RpcRequest,
  type StoppedJobs,
} from '@shotloom/contracts';
import { AppError, newId, type Clock } from '@shotloom/kernel';
import { CatalogueStore } from '../catalogue/catalogue-store';
import { Credits } from '../credits/credits';
import { Generation, type Resolved } from '../generate/generation';
import { allResolved } from '../generate/many';
import { notFound, pathId } from '../http/path-id';
import type { Caller } from '../jobs/jobs';
import { AccountLimits } from '../limits/account-limits';
import { planTerms } from '../limits/plan-terms';
import { BUS, CLOCK } from '../platform/parts';
import { Settings } from '../platform/settings';

/** A message takes 1 MiB. Bytes of JSON. */
const MOST_BYTES_BROUGHT = 500_000;

type Idempotency = RpcRequest<typeof openBatchRpc>['idempotency'];
type Row = RpcRequest<typeof bringBatchRowsRpc>['rows'][number];

export interface BatchCommand {
  readonly principal: Principal;
  readonly body: CreateBatch;
  readonly origins: readonly string[];
  readonly requestId: string;
}

/** Many orders at once: one price, one accept, one progress. */
@Injectable()
export class Batches {
  constructor(
    @Inject(BUS) private readonly bus: Bus,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly generation: Generation,
    private readonly credits: Credits,
    private readonly limits: AccountLimits,
    private readonly store: CatalogueStore,
    private readonly settings: Settings,
  ) {}

  /** What it would cost. Throws what is wrong, with every field of every row that is. */
  async quote(command: BatchCommand): Promise<BatchQuote> {
    return this.priceOf(await this.resolve(command), command.principal);
  }

  /**
   * Accepts all rows in one transaction or none. The rows are brought in pieces first, which only the accept makes anything of. Throws
   * what is wrong with rows, `insufficient_credits`, `rate_limited`, `conflict` (the key was used with another body).
   */
  async create(
    command: BatchCommand,
    idempotency: Idempotency,
  ): Promise<{ batch: BatchDetail; replayed: boolean }> {
    await this.store.ready();
    await this.settings.refuseInMaintenance();
    const resolved = await this.resolve(command);
    const { userId, accountId } = command.principal;
    const caller = { userId, requestId: command.requestId };
    const tied = { correlationId: command.requestId };
    const name = command.body.name ?? null;
    const opened = await this.bus.request(
      openBatchRpc,
      { batchId: newId(), userId, accountId, idempotency, name },
      tied,
    );
    const { batchId } = opened;
    if (opened.accepted) return { batch: await this.get(batchId, caller), replayed: true };
    for (const rows of piecesOf(toRows(command.body, resolved))) {
      await this.bus.request(bringBatchRowsRpc, { batchId, userId, rows }, tied);
    }
    await this.accept(command, idempotency, batchId);
    return { batch: await this.get(batchId, caller), replayed: false };
  }

  /** Throws `not_found`. */
  async get(id: string, { userId, requestId }: Caller): Promise<BatchDetail> {
    const question = { userId, batchId: pathId('batch', id) };
    const { batch, rows } = await this.bus.request(getBatchRpc, question, { correlationId: requestId });
    if (!batch) throw notFound('batch', id);
    return {
      ...toBatch(batch),
      items: rows.map(({ row, key, jobIds }) => ({ row, key, job_ids: jobIds })),
    };
  }

  async list({ limit, cursor }: BatchListQuery, { userId, requestId }: Caller): Promise<BatchPage> {
    const { batches, nextCursor } = await this.bus.request(
      listBatchesRpc,
      { userId, limit, cursor },
      { correlationId: requestId },
    );
    return { data: batches.map(toBatch), next_cursor: nextCursor };
  }

  /** Throws `not_found`. */
  cancel(id: string, { userId, requestId }: Caller): Promise<StoppedJobs> {
    const question = { userId, batchId: pathId('batch', id) };
    return this.bus.request(cancelBatchRpc, question, { correlationId: requestId });
  }

  private async resolve({ body, ...who }: BatchCommand): Promise<readonly Resolved[]> {
    const commands = body.rows.map(({ operation, key: _key, ...row }) => ({ ...who, operation, body: row }));
    const resolved = allResolved(
      await this.generation.resolveEach(commands),
      (index, field) => `rows.${index}.${field}`,
    );
    const videos = videosOf(resolved);
    if (videos <= MOST_BATCH_VIDEOS) return resolved;
    const reason = `These rows make ${videos} videos, and a batch has at most ${MOST_BATCH_VIDEOS}: send some as another batch.`;
    throw new AppError('invalid_input', reason, { fields: [{ field: 'rows', reason }] });
  }

  private async priceOf(resolved: readonly Resolved[], principal: Principal): Promise<BatchQuote> {
    const { available, most } = await this.credits.affordable(principal);
    const each = resolved.map(
      ({ main, fallback, variants }) =>
        Math.max(...[main, ...fallback].map(({ price }) => price.credits)) * variants,
    );
    const total = each.reduce((sum, credits) => sum + credits, 0);
    return {
      rows: resolved.length,
      videos: videosOf(resolved),
      hold_credits: total,
      row_credits: each,
      available_credits: available,
      affordable: total <= most,
    };
  }

  /** A lost answer is looked up before anybody is told that it failed. */
  private async accept(
    { principal, body, requestId }: BatchCommand,
    idempotency: Idempotency,
    batchId: string,
  ): Promise<void> {
    const { userId, accountId } = principal;
    const limits = await this.limits.of(principal);
    const terms = planTerms(principal, limits, { priority: body.priority, at: this.clock.now() });
    try {
      const request = { batchId, userId, accountId, idempotency, rows: body.rows.length, ...terms };
      await this.bus.request(acceptBatchRpc, request, { correlationId: requestId });
    } catch (error) {
      const failure = AppError.from(error);
      if (failure.outcome === 'refused') throw failure;
      const { batch } = await this.bus
        .request(getBatchRpc, { userId, batchId }, { correlationId: requestId })
        .catch(() => ({ batch: null }));
      if (!batch) throw notKnown(batchId, failure);
    }
  }
}

const videosOf = (resolved: readonly Resolved[]): number =>
  resolved.reduce((sum, { variants }) => sum + variants, 0);

function toRows({ rows }: CreateBatch, resolved: readonly Resolved[]): Row[] {
  return resolved.map(({ main, fallback, variants }, row) => ({
    row,
    key: rows[row]?.key ?? null,
    order: {
      ...main,
      fallback: [...fallback],
      jobIds: Array.from({ length: variants }, () => newId()),
      metadata: rows[row]?.metadata ?? {},
    },
  }));
}

/** So many at a time that each piece fits into a message. */
function piecesOf(rows: readonly Row[]): Row[][] {
  const pieces: Row[][] = [];
  let bytes = Infinity;
  for (const row of rows) {
    const more = Buffer.byteLength(JSON.stringify(row));
    const last = pieces.at(-1);
    if (last && last.length < MOST_ROWS_BROUGHT && bytes + more <= MOST_BYTES_BROUGHT) {
      last.push(row);
      bytes += more;
    } else {
      pieces.push([row]);
      bytes = more;
    }
  }
  return pieces;
}

function notKnown(batchId: string, cause: AppError): AppError {
  return new AppError(
    'unavailable',
    'Whether the batch was accepted is not known yet. Look it up, or send it again with the same Idempotency-Key.',
    { retryable: true, outcome: 'unknown', retryAfterMs: 2_000, details: { batch_id: batchId }, cause },
  );
}
