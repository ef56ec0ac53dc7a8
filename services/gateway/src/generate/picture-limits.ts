import type { PictureLimits } from '@shotloom/contracts';

/** What is known of a picture; its pixels are those that are shown. */
export interface PictureFacts {
  readonly width: number;
  readonly height: number;
  readonly sizeBytes: number;
  readonly contentType: string;
}

/** What the limits ask for that a picture is not, each as the end of "<model> takes ...". Empty: it may go as it is. */
export function pictureProblems(limits: PictureLimits, picture: PictureFacts): string[] {
  const {
    formats,
    min_side: minSide = 0,
    max_side: maxSide = Infinity,
    min_pixels: least = 0,
    ratio,
  } = limits;
  const { width, height, sizeBytes, contentType } = picture;
  const shape = width / height;
  const pixels = width * height;
  return [
    ...(sizeBytes > limits.max_bytes ? [`files of at most ${limits.max_bytes} bytes`] : []),
    ...(pixels > limits.max_pixels ? [`pictures of at most ${limits.max_pixels} pixels`] : []),
    ...(pixels < least ? [`pictures of at least ${least} pixels, and this has ${pixels}`] : []),
    ...(formats?.some((format) => format === contentType) === false ? [`${formatWords(formats)} only`] : []),
    ...(ratio && (shape < ratio.min || shape > ratio.max)
      ? [
          `pictures with a width of ${ratio.min} to ${ratio.max} times the height, and this is ${round(shape)} times`,
        ]
      : []),
    ...sideProblems(width, height, { least: minSide, most: maxSide, what: 'pictures' }),
  ];
}

/** The same for the sides of a picture or video alone. Pixels. */
export function sideProblems(
  width: number,
  height: number,
  { least, most, what }: { readonly least: number; readonly most: number; readonly what: string },
): string[] {
  const is = `and this is ${width}x${height}`;
  return [
    ...(Math.min(width, height) < least ? [`${what} of at least ${least} pixels a side, ${is}`] : []),
    ...(Math.max(width, height) > most ? [`${what} of at most ${most} pixels a side, ${is}`] : []),
  ];
}

export const formatWords = (formats: readonly string[]): string =>
  formats.map((format) => format.replace(/^.*\//, '').toUpperCase()).join(', ');
export const round = (ratio: number): number => Math.round(ratio * 100) / 100;
