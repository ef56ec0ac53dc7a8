import sharp from 'sharp';
import type { Raster } from '../film/film';
import { premultiply } from '../film/layer';
import { toRaster } from '../picture/load-picture';

export interface TextBlock {
  readonly text: string;
  readonly weight: 'Bold' | 'Regular' | 'Medium';
  /** Pixels; becomes smaller where the text would be higher than `maxHeight`. */
  readonly size: number;
  readonly minSize: number;
  readonly maxWidth: number;
  readonly maxHeight: number;
  /** `#rrggbb` */
  readonly colour: string;
  readonly letterSpacing?: number;
}

/** Pango asks for the first of these that has the letter. */
const FONTS = 'Noto Sans CJK SC, Noto Sans, DejaVu Sans, sans-serif';
const SMALLER = 0.92;

/**
 * Sets text in lines as wide as fit, broken where its language allows it, Chinese included (Pango knows the rules), each letter
 * from a font that has it. Left-aligned, on nothing; colours premultiplied.
 */
export async function drawText(block: TextBlock): Promise<Raster> {
  let size = block.size;
  for (;;) {
    const { data, info } = await render(block, size);
    const smaller = size * SMALLER;
    if (info.height <= block.maxHeight || smaller < block.minSize) {
      return premultiply(toRaster(data, info));
    }
    size = smaller;
  }
}

function render(block: TextBlock, size: number): Promise<{ data: Buffer; info: sharp.OutputInfo }> {
  // Pango's sizes are 1024ths of a point; at 72 dots an inch a point is a pixel.
  const letters = Math.round((block.letterSpacing ?? 0) * size * 1024);
  const markup = `<span foreground="${block.colour}" letter_spacing="${letters}">${escapeMarkup(block.text)}</span>`;
  return sharp({
    text: {
      text: markup,
      font: `${FONTS} ${block.weight} ${size.toFixed(2)}`,
      width: Math.round(block.maxWidth),
      wrap: 'word-char',
      align: 'left',
      spacing: Math.round(size * 0.12),
      dpi: 72,
      rgba: true,
    },
  })
    .ensureAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
}

/** A prompt is text, never markup. */
export function escapeMarkup(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}
