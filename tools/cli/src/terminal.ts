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

/** `[######------------------]   25 %` */
export function percentBar(percent: number): string {
  return `${barOf(percent)}  ${String(percent).padStart(3)} %`;
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

/** A line that is drawn over itself on a terminal, and written where it says something new elsewhere. */
export class LiveLine {
  private last = '';

  constructor(private readonly terminal: Terminal) {}

  show(line: string, hasNews: () => boolean): void {
    if (line === this.last) return;
    this.last = line;
    if (this.terminal.interactive) this.terminal.err(`\r\x1b[K${line}`);
    else if (hasNews()) this.terminal.err(`${line}\n`);
  }

  end(): void {
    if (this.terminal.interactive && this.last !== '') this.terminal.err('\n');
  }
}

/** Draws a job's progress: over itself on a terminal, in few lines elsewhere. */
export class ProgressBar {
  private readonly line: LiveLine;
  private told = -STEP;
  private state = '';

  constructor(terminal: Terminal) {
    this.line = new LiveLine(terminal);
  }

  show(job: LiveJob): void {
    this.line.show(progressLine(job), () => this.takeNews(job));
  }

  end(): void {
    this.line.end();
  }

  private takeNews({ status, progress_percentage: percent }: LiveJob): boolean {
    if (status === this.state && percent < this.told + STEP) return false;
    this.state = status;
    this.told = percent;
    return true;
  }
}

/** Draws how much of one thing is done: over itself on a terminal, in few lines elsewhere. */
export class PercentBar {
  private readonly line: LiveLine;
  private told = -STEP;

  constructor(
    terminal: Terminal,
    private readonly what: string,
  ) {
    this.line = new LiveLine(terminal);
  }

  show(share: number): void {
    const percent = Math.floor(share);
    this.line.show(`${percentBar(percent)}  ${this.what}`, () => this.takeNews(percent));
  }

  end(): void {
    this.line.end();
  }

  private takeNews(percent: number): boolean {
    if (percent < this.told + STEP && percent < 100) return false;
    this.told = percent;
    return true;
  }
}

/** Text of others on one line, without what a terminal would obey. */
export function printable(text: string): string {
  return text.replaceAll(/[\p{C}\p{Zl}\p{Zp}]+/gu, ' ').trim();
}
