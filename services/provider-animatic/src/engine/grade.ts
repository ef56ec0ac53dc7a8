import type { StylePresetId } from '@shotloom/contracts';

/** A mild colour grade for each style preset, as ffmpeg filters that take RGB. */
const GRADES: Readonly<Record<StylePresetId, readonly string[]>> = {
  ghibli: [
    'colorbalance=rm=0.04:gm=0.03:bm=-0.05:rh=0.03:bh=-0.03',
    'eq=saturation=1.10:contrast=0.96:brightness=0.02',
  ],
  shonen: ['eq=saturation=1.28:contrast=1.10'],
  seinen: ['colorbalance=bs=0.03:rh=0.02', 'eq=saturation=0.74:contrast=1.06:gamma=0.96'],
  cyberpunk_anime: [
    'colorbalance=rs=0.06:bs=0.14:gm=-0.05:bm=0.08:rh=0.08:bh=0.05',
    'eq=saturation=1.22:contrast=1.10:brightness=-0.02',
  ],
  chibi: ['colorbalance=rm=0.03:rh=0.03', 'eq=saturation=1.18:contrast=0.94:brightness=0.04'],
};

export function gradeFilters(preset: StylePresetId | null): readonly string[] {
  return preset === null ? [] : GRADES[preset];
}
