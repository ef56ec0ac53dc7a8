import type { StylePresetId } from '@shotloom/contracts';
import type { CameraPlan } from '../camera/plan-camera';
import { ease, type Size } from '../camera/view';
import { FRAMES_PER_SECOND, type Film } from '../film/film';
import { overlay, type Layer } from '../film/layer';
import { pictureFilm, pictureSizeFor } from '../picture/picture-film';
import { seededRandom } from '../random';
import { drawBackdrop } from './draw-backdrop';
import { layOutTitle } from './lay-out-title';
import { paletteFor } from './palette';
import type { TitleWords } from './title-words';

/** A layer that comes in from below. Seconds and pixels. */
export interface Entrance {
  readonly layer: Layer;
  readonly top: number;
  readonly startsAt: number;
  readonly seconds: number;
  readonly rise: number;
}

export interface TitleOptions extends Size {
  readonly words: TitleWords;
  readonly preset: StylePresetId | null;
  readonly seed: number;
  readonly plan: CameraPlan;
  readonly frameCount: number;
}

/** From here on a film is long enough for the entrances as they are; in a shorter one they are shortened alike. */
const CALM_SECONDS = 3;

/** A title card: text that comes in, before a backdrop on which the camera moves. */
export async function titleFilm(options: TitleOptions): Promise<Film> {
  const { width, height, frameCount, plan, seed } = options;
  const random = seededRandom(seed);
  const palette = paletteFor(options.preset, random);
  const backdrop = await drawBackdrop(pictureSizeFor({ width, height }), palette, random);
  const entrances = await layOutTitle(options.words, { width, height }, palette);
  const behind = pictureFilm(backdrop, plan, { width, height, frameCount });
  const haste = Math.min(1, frameCount / FRAMES_PER_SECOND / CALM_SECONDS);
  return {
    ...behind,
    draw: (index, target) => {
      behind.draw(index, target);
      const frame = { width, height, pixels: target };
      for (const { layer, top, startsAt, seconds, rise } of entrances) {
        const elapsed = index / FRAMES_PER_SECOND / haste - startsAt;
        const there = easeOut(elapsed / seconds);
        overlay(frame, layer, top + rise * (1 - there), ease(elapsed / seconds));
      }
    },
  };
}

/** Fast first, then coming to rest. */
function easeOut(t: number): number {
  return 1 - (1 - Math.min(1, Math.max(0, t))) ** 3;
}
