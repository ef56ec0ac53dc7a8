/** Pixels of an image that we are willing to decode. */
export const MAX_IMAGE_PIXELS = 50_000_000;
/** Pixels of an interlaced PNG or a progressive JPEG: these are held in memory as a whole, at up to 8 bytes a pixel. */
export const MAX_PROGRESSIVE_PIXELS = 25_000_000;
/** Bytes of an image that we are willing to read. */
export const MAX_IMAGE_BYTES = 64 * 1024 * 1024;
/** Pixels of one video frame; 8K is 33 million. */
export const MAX_FRAME_PIXELS = 36_000_000;
/** Seconds of video; what engines make lasts seconds, what people join lasts minutes. */
export const MAX_VIDEO_SECONDS = 6 * 60 * 60;
