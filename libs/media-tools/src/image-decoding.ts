import sharp from 'sharp';
import { oneAtATime } from './one-at-a-time';

// libvips keeps its last hundred operations in case one is asked for again. Each of our pictures is looked at once, and
// the decoder of a progressive JPEG that is kept holds its whole picture, 150 MB for 25 megapixels.
sharp.cache(false);

/**
 * Pictures that no decoder gives line by line (interlaced PNG, progressive JPEG, WebP) and work that needs all lines at
 * once take the memory of all their pixels, some hundred MB: never two of them at a time in one process.
 */
export const inDecodingTurn = oneAtATime();
