import type { CameraPlan } from '../camera/plan-camera';
import { viewAt } from '../camera/plan-camera';
import { homographyOf, type Size } from '../camera/view';
import type { Film, Raster } from '../film/film';
import { warp } from '../film/warp';

/**
 * How many pixels of the picture stand behind one of the frame before the camera comes closer. Above 1 a close view is still
 * sharp, and mixing neighbours blurs all phases of a slow move alike; from 2 on it would skip pixels.
 */
const OVERSAMPLING = 1.6;

/** The size in which `pictureFilm` wants its picture for frames of this size. */
export function pictureSizeFor({ width, height }: Size): Size {
  return { width: Math.round(width * OVERSAMPLING), height: Math.round(height * OVERSAMPLING) };
}

/** A camera that moves over a still picture. */
export function pictureFilm(
  picture: Raster,
  plan: CameraPlan,
  frame: Size & { readonly frameCount: number },
): Film {
  const { width, height, frameCount } = frame;
  return {
    width,
    height,
    frameCount,
    draw: (index, target) =>
      warp(picture, homographyOf(viewAt(plan, index, frameCount), frame, picture), width, height, target),
  };
}
