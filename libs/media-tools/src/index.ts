export { withAiLabel } from './ai-label';
export {
  extractPoster,
  extractPosters,
  type ExtractPosterOptions,
  type Poster,
  type PosterOptions,
} from './extract-poster';
export { findFfmpeg, type FfmpegPaths } from './find-ffmpeg';
export { fitImage, type FitImageOptions } from './fit-image';
export type { ImageInput } from './image-input';
export {
  makeRenditions,
  type RenditionOptions,
  type RenditionPaths,
  type RenditionSource,
} from './make-renditions';
export {
  MAX_FRAME_PIXELS,
  MAX_IMAGE_BYTES,
  MAX_IMAGE_PIXELS,
  MAX_PROGRESSIVE_PIXELS,
  MAX_VIDEO_SECONDS,
} from './media-limits';

export { pictureFacts, shrinkAnimation, type PictureFacts } from './picture-facts';
export { probeImage, type ImageLimits, type ImageProbe } from './probe-image';
export { probeVideo, type VideoProbe, type VideoSource } from './probe-video';
export type { RangeReader } from './range-reader';
export { runFfmpeg, type RunFfmpegOptions } from './run-ffmpeg';
export { safeInputArgs } from './safe-input';
export { spriteGridOf, type ShownVideo, type SpriteGrid } from './sprite-grid';
export { SNIFF_BYTES, sniffType, type SniffedType } from './sniff-type';
export { tempDir, type TempDir } from './temp-dir';
export { verifyDecodes } from './verify-decodes';
