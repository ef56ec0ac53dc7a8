import type { RuntimeMessage } from '@shotloom/testing';

/** Where the runtime speaks: to the terminal, and to the program that started it when there is one. */
export interface Voice {
  readonly say: (text: string) => void;
  /** Redraws one line on a terminal; elsewhere only every quarter becomes a line. `share` is from 0 to 1. */
  readonly progress: (label: string, share: number) => void;
  readonly tell: (message: RuntimeMessage) => void;
}

const BAR_WIDTH = 32;

export function openVoice(): Voice {
  let lastQuarter = -1;
  const tell = (message: RuntimeMessage): void => {
    if (process.connected) process.send?.(message, undefined, undefined, () => undefined);
  };
  // A terminal that is gone is no reason to end what runs.
  process.stdout.on('error', () => undefined);
  const say = (text: string): void => {
    process.stdout.write(`${text}\n`);
    tell({ type: 'say', text });
  };
  const progress = (label: string, share: number): void => {
    const bar = drawBar(label, share);
    if (process.stdout.isTTY) {
      process.stdout.write(`\r\x1b[K${bar}${share >= 1 ? '\n' : ''}`);
      return;
    }
    const quarter = Math.floor(share * 4);
    if (quarter === lastQuarter) return;
    lastQuarter = quarter;
    say(bar);
  };
  return { say, progress, tell };
}

function drawBar(label: string, share: number): string {
  const full = Math.round(Math.min(Math.max(share, 0), 1) * BAR_WIDTH);
  const percent = `${Math.round(share * 100)}`.padStart(3);
  return `${label} [${'█'.repeat(full)}${'░'.repeat(BAR_WIDTH - full)}] ${percent} %`;
}
