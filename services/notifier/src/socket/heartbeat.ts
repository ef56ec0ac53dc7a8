export interface Beating {
  beat(): void;
}

/** Parts of an interval. Thousands of pings at once would hold up what everybody waits for. */
const SLICES = 50;

/** Beats each client once in an interval, a part of them at a time. */
export class Heartbeat {
  private readonly slices = Array.from({ length: SLICES }, () => new Set<Beating>());
  private timer: NodeJS.Timeout | undefined;
  private entered = 0;
  private turn = 0;

  constructor(private readonly intervalMs: number) {}

  start(): void {
    this.timer = setInterval(() => this.tick(), this.intervalMs / SLICES);
  }

  stop(): void {
    clearInterval(this.timer);
  }

  /** Its first beat comes within an interval. Returns what takes it out again. */
  add(client: Beating): () => void {
    const slice = this.slices[this.entered++ % SLICES];
    slice?.add(client);
    return () => void slice?.delete(client);
  }

  private tick(): void {
    for (const client of this.slices[this.turn++ % SLICES] ?? []) client.beat();
  }
}
