import type { JobOutput, VideoRequest } from '@shotloom/contracts';

type Size = Pick<VideoRequest, 'width' | 'height'>;

/** Says where a video has other pixels than were asked for: a vendor's "720P" is a class, and some take the shape of the picture. */
export function sizeNotes(asked: Size, made: Pick<JobOutput, 'width' | 'height'>): readonly string[] {
  if (asked.width === made.width && asked.height === made.height) return [];
  return [
    `The video is ${made.width} x ${made.height} pixels; ${asked.width} x ${asked.height} was asked for.`,
  ];
}
