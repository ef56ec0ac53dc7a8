import type { Bus } from '@shotloom/bus';
import { STREAMS } from '@shotloom/contracts';
import type { Logger } from '@shotloom/service-kit';

/** Shorter than the bus waits before it connects again (250 ms), so that no interruption passes unseen. */
const LOOK_MS = 100;
/** Looks at the stream itself this rarely: it is made anew only when NATS lost its disk. */
const LOOKS_PER_EPOCH_CHECK = 300;

/**
 * Notices when events may have been missed: the connection was away, or the stream is another one than before. The
 * ordered reader goes on by itself; what it cannot know is what the new stream never held.
 */
export class GapWatch {
  private timer: NodeJS.Timeout | undefined;
  private epoch: number | undefined;
  private connected = true;
  private looks = 0;
  private looking = false;

  constructor(
    private readonly options: {
      readonly bus: Pick<Bus, 'isConnected' | 'streamState'>;
      readonly logger: Logger;
      /** `renewed`: it is another stream, and what was said of places in it holds no more. */
      readonly onGap: (reason: string, renewed: boolean) => void;
      readonly lookMs?: number;
    },
  ) {}

  async start(): Promise<void> {
    this.epoch = await this.readEpoch();
    this.timer = setInterval(() => this.look(), this.options.lookMs ?? LOOK_MS);
  }

  stop(): void {
    clearInterval(this.timer);
  }

  private look(): void {
    if (this.looking) return;
    this.looking = true;
    this.check()
      .catch((error: unknown) =>
        this.options.logger.debug({ err: error }, 'the job stream cannot be looked at'),
      )
      .finally(() => {
        this.looking = false;
      });
  }

  private async check(): Promise<void> {
    const { bus, onGap } = this.options;
    if (!bus.isConnected()) {
      this.connected = false;
      return;
    }
    this.looks += 1;
    const returned = !this.connected;
    if (!returned && this.looks % LOOKS_PER_EPOCH_CHECK !== 0) return;
    const epoch = await this.readEpoch();
    const renewed = epoch !== this.epoch;
    this.epoch = epoch;
    this.connected = true;
    if (renewed) onGap('the job stream was made anew', true);
    else if (returned) onGap('the connection to NATS was away', false);
  }

  private async readEpoch(): Promise<number> {
    const { created } = await this.options.bus.streamState(STREAMS.jobs.name);
    return created.getTime();
  }
}
