import { GroupQueue } from '@shotloom/kernel';
import type { Storage } from '../app.tokens';
import { drawPosters, type PosterOutcome, type PosterParts } from './draw-posters';
import type { QuietMoment } from '../ingest/quiet-moment';

interface Request {
  readonly assetId: string;
  readonly signal: AbortSignal | undefined;
}

export interface PosterQueueOptions {
  /** Runs of ffmpeg at the same time. */
  readonly runs: number;
  readonly quiet: QuietMoment;
}

/** Posters that one run of ffmpeg may draw. */
export const POSTERS_PER_RUN = 8;
/** Posters never wait longer than this for a moment without many ingests. Milliseconds. */
const PATIENCE_MS = 5_000;
/** Most of what a run costs is the start of ffmpeg: after one, more are gathered for a second, or until it is full. */
const GATHER = { leastMs: 1_000, mostMs: 1_000 };

/** Draws posters a few together, and gives way to ingests: those complete jobs, a poster only decorates one. */
export class PosterQueue {
  private readonly groups: GroupQueue<Request, PosterOutcome>;

  constructor(
    private readonly parts: PosterParts & Pick<Storage, 'metrics'>,
    private readonly options: PosterQueueOptions,
  ) {
    this.groups = new GroupQueue({ groups: options.runs, items: POSTERS_PER_RUN, pace: GATHER }, (group) =>
      this.draw(group),
    );
  }

  /** Resolves when the poster is there or not needed. Throws what its message is to be judged by. */
  async add(assetId: string, signal?: AbortSignal): Promise<void> {
    const outcome = await this.groups.add({ assetId, signal });
    if (outcome instanceof Error) throw outcome;
    this.parts.metrics.poster(outcome);
  }

  private async draw(group: readonly Request[]): Promise<readonly PosterOutcome[]> {
    await this.options.quiet.come(PATIENCE_MS);
    const signals = group.flatMap(({ signal }) => signal ?? []);
    return drawPosters(
      this.parts,
      group.map(({ assetId }) => assetId),
      AbortSignal.any(signals),
    );
  }
}
