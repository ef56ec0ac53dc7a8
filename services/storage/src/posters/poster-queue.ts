import { RetryLater } from '@shotloom/bus';
import { GroupQueue } from '@shotloom/kernel';
import type { Storage } from '../app.tokens';
import { drawPosters, type PosterOutcome } from './draw-posters';
import { QuietMoment } from './quiet-moment';

interface Request {
  readonly assetId: string;
  readonly signal: AbortSignal | undefined;
}

export interface PosterQueueOptions {
  /** Runs of ffmpeg at the same time. */
  readonly runs: number;
  /** Ingests at the same time, with few of which it is quiet. */
  readonly ingests: number;
}

/** Posters that one run of ffmpeg may draw. */
export const POSTERS_PER_RUN = 8;
/** Posters never wait longer than this for a moment without many ingests. Milliseconds. */
const PATIENCE_MS = 5_000;

/** Draws posters a few together, and gives way to ingests: those complete jobs, a poster only decorates one. */
export class PosterQueue {
  readonly quiet: QuietMoment;
  private readonly groups: GroupQueue<Request, PosterOutcome>;

  constructor(
    private readonly parts: Pick<Storage, 'database' | 'store' | 'metrics'>,
    { runs, ingests }: PosterQueueOptions,
  ) {
    this.quiet = new QuietMoment({ busyAbove: Math.floor(ingests / 4), patienceMs: PATIENCE_MS });
    this.groups = new GroupQueue({ groups: runs, items: POSTERS_PER_RUN }, (group) => this.draw(group));
  }

  /** Resolves when the poster is there or not needed. Throws what its message is to be judged by. */
  async add(assetId: string, signal?: AbortSignal): Promise<void> {
    const outcome = await this.groups.add({ assetId, signal });
    if (outcome instanceof Error) throw outcome;
    this.parts.metrics.poster(outcome);
  }

  /** What still waits for a quiet moment comes again, to whoever takes it. */
  stop(): void {
    this.quiet.stop(new RetryLater('The service is stopping.'));
  }

  private async draw(group: readonly Request[]): Promise<readonly PosterOutcome[]> {
    await this.quiet.come();
    const signals = group.flatMap(({ signal }) => signal ?? []);
    return drawPosters(
      this.parts,
      group.map(({ assetId }) => assetId),
      AbortSignal.any(signals),
    );
  }
}
