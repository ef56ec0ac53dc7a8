import type { ModelSpec } from '../model';
import type { AspectRatio } from '../vocabulary';

/**
 * Nominal pixels of size classes by their shorter side, even as H.264 wants them: `classSizes({'720P': 720}, ['16:9'])` is 1280x720.
 * Vendors sell classes; the finished job shows what was delivered.
 */
export function classSizes(
  shorterSides: Readonly<Record<string, number>>,
  ratios: readonly Exclude<AspectRatio, 'adaptive'>[],
): ModelSpec['sizes'] {
  return Object.fromEntries(
    Object.entries(shorterSides).map(([name, side]) => [
      name,
      Object.fromEntries(ratios.map((ratio) => [ratio, pixels(ratio, side)])),
    ]),
  );
}

function pixels(ratio: string, side: number): { width: number; height: number } {
  const [x = 1, y = 1] = ratio.split(':').map(Number);
  const scale = side / Math.min(x, y);
  const even = (length: number): number => Math.round((length * scale) / 2) * 2;
  return { width: even(x), height: even(y) };
}
