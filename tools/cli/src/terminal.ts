import type { LiveJob } from '@shotloom/sdk';

const WIDTH = 24;
/** Lines where nobody can draw over: one each so many per cent. */
const STEP = 10;

/** Where a command writes; a test gives its own. */
export interface Terminal {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  /** Whether what was written to `err` can be written over. */
  readonly interactive: boolean;
}

/** `[######------------------]` */
function barOf(percent: number): string {
  const done = Math.round((percent / 100) * WIDTH);
  return `[${'#'.repeat(done)}${'-'.repeat(WIDTH - done)}]`;
}

/** `[######------------------]  25 %  processing: Rendering frame 30 of 120` */
export function progressLine(job: LiveJob): string {
  const percent = Math.round(job.progress_percentage);
  const bar = barOf(percent);
  const about = job.progress_estimated ? '~' : ' ';
  const step = job.step ? `: ${job.step}` : waiting(job);
  return `${bar} ${about}${String(percent).padStart(3)} %  ${job.status}${step}`;
}

function waiting({ queue }: LiveJob): string {
  if (!queue) return '';
  const eta = queue.eta_seconds === null ? '' : `, in about ${Math.ceil(queue.eta_seconds)} s`;
  return `: ${queue.position} before it${eta}`;
}

/** Draws a job's progress: over itself on a terminal, in few lines elsewhere. */
export class ProgressBar {
  private last = '';
  private told = -STEP;
  private state = '';

  constructor(private readonly terminal: Terminal) {}

  show(job: LiveJob): void {
    const line = progressLine(job);
    if (line === this.last) return;
    this.last = line;
    if (this.terminal.interactive) return this.terminal.err(`\r\x1b[K${line}`);
    const moved = job.status !== this.state || job.progress_percentage >= this.told + STEP;
    if (!moved) return;
    this.state = job.status;
    this.told = job.progress_percentage;
    this.terminal.err(`${line}\n`);
  }

  end(): void {
    if (this.terminal.interactive && this.last !== '') this.terminal.err('\n');
  }
}

/** Draws how much of one thing is done: over itself on a terminal, in few lines elsewhere. */
export class PercentBar {
  private told = -STEP;
  private last = '';

  constructor(
    private readonly terminal: Terminal,
    private readonly what: string,
  ) {}

  show(share: number): void {
    const percent = Math.floor(share);
    const line = `${barOf(percent)}  ${String(percent).padStart(3)} %  ${this.what}`;
    if (line === this.last) return;
    this.last = line;
    if (this.terminal.interactive) return this.terminal.err(`\r\x1b[K${line}`);
    if (percent < this.told + STEP && percent < 100) return;
    this.told = percent;
    this.terminal.err(`${line}\n`);
  }

  end(): void {
    if (this.terminal.interactive && this.last !== '') this.terminal.err('\n');
  }
}
