import type { Bus } from '@shotloom/bus';
import {
  acceptBatchRpc,
  bringBatchRowsRpc,
  cancelBatchRpc,
  getBatchRpc,
  listBatchesRpc,
  openBatchRpc,
  type BatchRecord,
  type RpcRequest,
} from '@shotloom/contracts';
import { AppError } from '@shotloom/kernel';

interface Kept {
  readonly opened: RpcRequest<typeof openBatchRpc>;
  readonly rows: RpcRequest<typeof bringBatchRowsRpc>['rows'];
  accepted: RpcRequest<typeof acceptBatchRpc> | undefined;
}

/** Stands for what job-orchestrator does with batches; by the contracts, owner and all. */
export class BatchDesk {
  readonly kept = new Map<string, Kept>();
  /** How many rows came with each message. */
  readonly pieces: number[] = [];
  /** Set to make the next accept fail, or to answer after its deadline. */
  onAccept: (request: RpcRequest<typeof acceptBatchRpc>) => Promise<void> = () => Promise.resolve();

  answer(bus: Bus): void {
    bus.respond(openBatchRpc, async (request) => {
      const known = [...this.kept.values()].find(
        ({ opened: { userId, idempotency } }) =>
          userId === request.userId &&
          idempotency !== null &&
          idempotency.key === request.idempotency?.key &&
          idempotency.bodyHash === request.idempotency.bodyHash,
      );
      if (!known) this.kept.set(request.batchId, { opened: request, rows: [], accepted: undefined });
      const { opened, accepted } = known ?? { opened: request, accepted: undefined };
      return { batchId: opened.batchId, accepted: accepted !== undefined, replayed: known !== undefined };
    });
    bus.respond(bringBatchRowsRpc, async ({ batchId, userId, rows }) => {
      this.pieces.push(rows.length);
      this.own(batchId, userId).rows.push(...rows);
      return { brought: true as const };
    });
    bus.respond(acceptBatchRpc, async (request) => {
      const batch = this.own(request.batchId, request.userId);
      batch.accepted = request;
      await this.onAccept(request);
      return { batch: toRecord(batch), replayed: false };
    });
    bus.respond(getBatchRpc, async ({ batchId, userId }) => {
      const kept = this.kept.get(batchId);
      if (kept?.opened.userId !== userId || !kept.accepted) return { batch: null, rows: [] };
      const rows = kept.rows.map(({ row, key, order }) => ({ row, key, jobIds: order.jobIds }));
      return { batch: toRecord(kept), rows };
    });
    bus.respond(listBatchesRpc, async ({ userId }) => ({
      batches: [...this.kept.values()]
        .filter(({ opened, accepted }) => opened.userId === userId && accepted)
        .map(toRecord),
      nextCursor: null,
    }));
    bus.respond(cancelBatchRpc, async ({ batchId, userId }) => {
      const { rows } = this.own(batchId, userId);
      return { cancelled: rows.length, cancelling: 0, more: false };
    });
  }

  private own(batchId: string, userId: string): Kept {
    const kept = this.kept.get(batchId);
    if (kept?.opened.userId === userId) return kept;
    throw new AppError('not_found', `There is no batch ${batchId}.`);
  }
}

function toRecord({ opened, rows }: Kept): BatchRecord {
  const videos = rows.reduce((sum, { order }) => sum + order.jobIds.length, 0);
  const credits = rows.reduce((sum, { order }) => sum + order.price.credits * order.jobIds.length, 0);
  return {
    ...{ batchId: opened.batchId, name: opened.name, rows: rows.length, videos, progress: 0 },
    states: { queued: videos },
    ...{ priceCredits: credits, creditsHeld: credits, creditsCaptured: 0 },
    ...{ createdAt: '2026-11-27T05:00:00.000Z', finishedAt: null },
  };
}
