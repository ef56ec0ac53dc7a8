import type { SpriteGridRecord } from '@shotloom/contracts';

/** The WebVTT thumbnail track of a sprite sheet: which part of the picture at `url` shows which seconds. Pure. */
export function thumbnailTrack(url: string, grid: SpriteGridRecord): string {
  const cues = Array.from({ length: grid.frames }, (_, index) => {
    const [from, to] = [index * grid.intervalSeconds, (index + 1) * grid.intervalSeconds];
    const x = (index % grid.columns) * grid.tileWidth;
    const y = Math.floor(index / grid.columns) * grid.tileHeight;
    const where = `${url}#xywh=${x},${y},${grid.tileWidth},${grid.tileHeight}`;
    return `${moment(from)} --> ${moment(to)}\n${where}\n`;
  });
  return ['WEBVTT\n', ...cues].join('\n');
}

function moment(seconds: number): string {
  const ms = Math.round(seconds * 1_000);
  const part = (value: number, digits: number): string => String(Math.floor(value)).padStart(digits, '0');
  return `${part(ms / 3_600_000, 2)}:${part((ms / 60_000) % 60, 2)}:${part((ms / 1_000) % 60, 2)}.${part(ms % 1_000, 3)}`;
}
