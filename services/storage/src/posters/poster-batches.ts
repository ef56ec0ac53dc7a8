import type { AssetRow } from '../assets/asset-rows';

/** Of the frames of videos that ffmpeg has open at once: each costs it memory for several frames. */
const MAX_PIXELS = 9_000_000;
/** Of videos that lie in the temporary folder at once, which in a pod has a few GiB and ends the pod when it is full. */
const MAX_BYTES = 512 * 1024 * 1024;

/** Videos that are worked on together, in their order. One that is larger than the limits goes alone. Pure. */
export function posterBatches<T extends Pick<AssetRow, 'width' | 'height' | 'size_bytes'>>(
  assets: readonly T[],
): T[][] {
  const made: T[][] = [];
  let [pixels, bytes] = [Infinity, Infinity];
  for (const asset of assets) {
    pixels += asset.width * asset.height;
    bytes += asset.size_bytes;
    if (pixels > MAX_PIXELS || bytes > MAX_BYTES) {
      made.push([]);
      [pixels, bytes] = [asset.width * asset.height, asset.size_bytes];
    }
    made.at(-1)?.push(asset);
  }
  return made;
}
