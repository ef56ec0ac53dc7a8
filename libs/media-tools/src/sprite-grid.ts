/** How the pictures of a sprite sheet lie: row by row, from the top left. Picture `n` shows the video at `n * intervalSeconds`. */
export interface SpriteGrid {
  readonly columns: number;
  readonly rows: number;
  /** Pictures that show something; what is left of the last row is black. */
  readonly frames: number;
  readonly intervalSeconds: number;
  /** Pixels of one picture. */
  readonly tileWidth: number;
  readonly tileHeight: number;
}

/** Seconds and pixels of a video as it is shown. */
export interface ShownVideo {
  readonly durationSeconds: number;
  readonly width: number;
  readonly height: number;
}

const MAX_FRAMES = 100;
const MAX_COLUMNS = 10;
/** A closer look is of no use to who drags along a bar. */
const CLOSEST_SECONDS = 0.5;
/** Pixels of the longer side of a picture. */
const TILE_SIDE = 160;

/** The grid of a video's sprite sheet. Pure: the file that `makeRenditions` writes is exactly this. */
export function spriteGridOf({ durationSeconds, width, height }: ShownVideo): SpriteGrid {
  const frames = Math.min(MAX_FRAMES, Math.max(1, Math.ceil(durationSeconds / CLOSEST_SECONDS)));
  const columns = Math.min(MAX_COLUMNS, Math.ceil(Math.sqrt(frames)));
  const tile = fitInto(TILE_SIDE, { width, height });
  return {
    columns,
    rows: Math.ceil(frames / columns),
    frames,
    intervalSeconds: Math.round((durationSeconds / frames) * 1_000) / 1_000,
    tileWidth: tile.width,
    tileHeight: tile.height,
  };
}

/** The largest even size of that shape whose longer side is no longer than `side`; nothing is blown up. At least 2 by 2. */
export function fitInto(
  side: number,
  { width, height }: { readonly width: number; readonly height: number },
): { width: number; height: number } {
  const scale = Math.min(1, side / Math.max(width, height));
  const even = (pixels: number): number => Math.max(2, Math.round((pixels * scale) / 2) * 2);
  return { width: even(width), height: even(height) };
}
