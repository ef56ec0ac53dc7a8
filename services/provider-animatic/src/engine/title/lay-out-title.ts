import type { Size } from '../camera/view';
import type { Raster } from '../film/film';
import { drawText } from './draw-text';
import type { Palette } from './palette';
import type { Entrance } from './title-film';
import type { TitleWords } from './title-words';

const FOOTNOTE = 'ANIMATIC · SHOTLOOM';

/** Places accent, title, body and footnote on a frame of this size. All measures are shares of its shorter side. */
export async function layOutTitle(
  { title, body }: TitleWords,
  { width, height }: Size,
  palette: Palette,
): Promise<readonly Entrance[]> {
  const unit = Math.min(width, height);
  const margin = Math.round(unit * 0.1);
  const gap = Math.round(unit * 0.055);
  const bar = solid(Math.round(unit * 0.1), Math.max(3, Math.round(unit * 0.009)), palette.accent);
  const maxWidth = width - 2 * margin;
  const heading = await drawText({
    text: title,
    weight: 'Bold',
    size: unit * 0.108,
    minSize: unit * 0.05,
    maxWidth,
    maxHeight: height * (body === '' ? 0.56 : 0.4),
    colour: palette.text,
  });
  const text = body === '' ? undefined : await drawText(bodyBlock(body, maxWidth, height, unit, palette));
  const note = await drawText({ ...noteBlock(maxWidth, unit), colour: palette.accent });

  const total = bar.height + gap + heading.height + (text ? gap + text.height : 0);
  const rise = unit * 0.05;
  let top = Math.round((height - total) * 0.47);
  const place = (raster: Raster, startsAt: number): Entrance => {
    const entrance = { layer: { raster, left: margin }, top, startsAt, seconds: 0.85, rise };
    top += raster.height + gap;
    return entrance;
  };
  const column = [place(bar, 0.1), place(heading, 0.2), ...(text ? [place(text, 0.55)] : [])];
  const foot = { layer: { raster: note, left: margin }, top: height - margin * 0.62 - note.height, rise: 0 };
  return [...column, { ...foot, top: Math.round(foot.top), startsAt: 0.9, seconds: 0.8 }];
}

const bodyBlock = (text: string, maxWidth: number, height: number, unit: number, palette: Palette) => ({
  text,
  weight: 'Regular' as const,
  size: unit * 0.05,
  minSize: unit * 0.028,
  maxWidth,
  maxHeight: height * 0.3,
  colour: palette.text,
});

const noteBlock = (maxWidth: number, unit: number) => ({
  text: FOOTNOTE,
  weight: 'Medium' as const,
  size: unit * 0.022,
  minSize: unit * 0.02,
  maxWidth,
  maxHeight: unit,
  letterSpacing: 0.12,
});

function solid(width: number, height: number, colour: string): Raster {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16));
  const pixels = new Uint32Array(width * height).fill(
    ((255 << 24) | (blue << 16) | (green << 8) | red) >>> 0,
  );
  return { width, height, pixels };
}
