/** What the output of `-progress` has said so far. */
export class FfmpegProgress {
  private rest = '';
  private fraction = 0;
  /** Bytes written, as far as told. */
  outputBytes = 0;

  constructor(
    private readonly durationSeconds: number | undefined,
    private readonly onProgress: ((fraction: number) => void) | undefined,
  ) {}

  /** Takes the next piece of output, which may end in the middle of a line. */
  feed(text: string): void {
    const lines = (this.rest + text).split('\n');
    this.rest = lines.pop() ?? '';
    for (const line of lines) this.readLine(line.trim());
  }

  private readLine(line: string): void {
    const [name, value = ''] = line.split('=');
    if (name === 'total_size') this.outputBytes = Number(value) || this.outputBytes;
    if (name === 'out_time_us') this.advance(Number(value) / 1e6 / (this.durationSeconds ?? Infinity));
    if (name === 'progress' && value === 'end') this.advance(1);
  }

  /** Reports only what is further than before: ffmpeg's clock goes back at edit lists, and starts out as N/A. */
  private advance(fraction: number): void {
    const reached = Math.min(fraction, 1);
    if (!(reached > this.fraction)) return;
    this.fraction = reached;
    this.onProgress?.(reached);
  }
}
