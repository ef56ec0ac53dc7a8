import type { StylePresetId } from '@shotloom/contracts';
import { between, type Random } from '../random';

/** Colours of a card, `#rrggbb`. */
export interface Palette {
  readonly deep: string;
  readonly middle: string;
  /** Two lights on the backdrop. */
  readonly warm: string;
  readonly cool: string;
  readonly text: string;
  readonly accent: string;
}

const TEXT = '#f7f5f0';

const PRESETS: Readonly<Record<StylePresetId, Palette>> = {
  ghibli: {
    deep: '#1d4a4f',
    middle: '#4f8a6b',
    warm: '#f3d38a',
    cool: '#8fc7d6',
    text: '#fffdf4',
    accent: '#ffe1a0',
  },
  shonen: {
    deep: '#2a0d3d',
    middle: '#a3202f',
    warm: '#ff9f2e',
    cool: '#3c4fd0',
    text: TEXT,
    accent: '#ffc83d',
  },
  seinen: {
    deep: '#12161c',
    middle: '#2d3a45',
    warm: '#8b7a64',
    cool: '#51697a',
    text: '#eceae4',
    accent: '#c2a878',
  },
  cyberpunk_anime: {
    deep: '#0a0620',
    middle: '#241054',
    warm: '#ff2e88',
    cool: '#12d6df',
    text: '#f4f2ff',
    accent: '#2ef2ff',
  },
  chibi: {
    deep: '#7a3f7f',
    middle: '#d9749b',
    warm: '#ffd3a1',
    cool: '#a5c8ff',
    text: '#fffafc',
    accent: '#fff0a8',
  },
};

const NEUTRAL: readonly Palette[] = [
  { deep: '#0d1b2e', middle: '#24486b', warm: '#e0a36a', cool: '#4fa3b8', text: TEXT, accent: '#f0b878' },
  { deep: '#1c1430', middle: '#4a2f63', warm: '#e58b7b', cool: '#6b7fd6', text: TEXT, accent: '#f2a58f' },
  { deep: '#0f2320', middle: '#23584d', warm: '#d9c26a', cool: '#58b09c', text: TEXT, accent: '#e8d27c' },
  { deep: '#241212', middle: '#6a2f2a', warm: '#eaa05c', cool: '#8a5a83', text: TEXT, accent: '#f3b56f' },
  { deep: '#14161f', middle: '#39405a', warm: '#c9a3b8', cool: '#6f93c4', text: TEXT, accent: '#d9b7cb' },
];

/** A style preset has its colours; without one the seed chooses. */
export function paletteFor(preset: StylePresetId | null, random: Random): Palette {
  // Drawn in both cases, so that what follows does not depend on whether there is a preset.
  const chosen = NEUTRAL[Math.floor(between(random, 0, NEUTRAL.length))] ?? PRESETS.seinen;
  return preset === null ? chosen : PRESETS[preset];
}
