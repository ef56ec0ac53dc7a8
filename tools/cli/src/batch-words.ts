import type { BatchDetail, BatchQuote, BatchResource } from '@shotloom/sdk';
import { rowName } from './row-mistakes';
import { LiveLine, percentBar, printable, type Terminal } from './terminal';

/** A price in one line. */
export function quoteWords(quote: BatchQuote): string {
  const { hold_credits: credits, available_credits: available } = quote;
  const enough = quote.affordable ? '' : '; it cannot be paid now';
  return `${count(quote.rows, 'row')}, ${count(quote.videos, 'video')}: ${credits} credits of ${available} available${enough}`;
}

/** `2 of 5 completed, 1 failed, 1 in work` */
export function doneWords({ counts, videos }: Pick<BatchResource, 'counts' | 'videos'>): string {
  const running = counts.submitted + counts.processing + counts.storing;
  const others = [
    ...[`${counts.completed} of ${videos} completed`, counts.failed > 0 ? `${counts.failed} failed` : ''],
    ...[counts.cancelled > 0 ? `${counts.cancelled} cancelled` : '', running > 0 ? `${running} in work` : ''],
  ];
  return others.filter((words) => words !== '').join(', ');
}

/** A batch in one line. */
export function batchLine(batch: BatchResource): string {
  const { id, status, progress_percentage: percent, credits, name } = batch;
  const cost = `${credits.captured} credits charged${credits.held > 0 ? `, ${credits.held} held` : ''}`;
  const called = name === null ? '' : `  ${printable(name)}`;
  return `${id}  ${status.padEnd(7)} ${String(percent).padStart(3)} %  ${doneWords(batch)}  ${cost}${called}`;
}

/** A batch and the jobs of its rows, a line each. */
export function batchLines(batch: BatchDetail): string {
  const rows = batch.items.map(({ row, key, job_ids: ids }) => `  ${rowName(row, key)}  ${ids.join(' ')}`);
  return [batchLine(batch), ...rows].join('\n');
}

/** Draws how far a batch is: over itself on a terminal, a line for each change elsewhere. */
export class BatchBar {
  private readonly line: LiveLine;
  private told = '';

  constructor(terminal: Terminal) {
    this.line = new LiveLine(terminal);
  }

  show(batch: BatchResource): void {
    const words = doneWords(batch);
    this.line.show(`${percentBar(batch.progress_percentage)}  ${words}`, () => this.takeNews(words));
  }

  end(): void {
    this.line.end();
  }

  private takeNews(words: string): boolean {
    if (words === this.told) return false;
    this.told = words;
    return true;
  }
}

const count = (number: number, what: string): string => `${number} ${what}${number === 1 ? '' : 's'}`;
