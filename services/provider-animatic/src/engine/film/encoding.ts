import { FRAMES_PER_SECOND } from './film';

/** A 15 s film in 1080p of pure noise stays below. */
export const MAX_FILM_BYTES = 512 * 1024 * 1024;
/** Gives way to the services on the same machine. */
export const NICENESS = 10;
/** Fixed, because x264 makes other bytes with another number: the same request gives the same file. */
export const ENCODER_THREADS = 2;

/** To limited-range BT.709 YUV, the colours that players expect of HD; `-colorspace` alone would only say so. */
export const TO_YUV =
  'scale=out_color_matrix=bt709:out_range=tv:flags=bicubic+accurate_rnd+full_chroma_int,setsar=1,format=yuv420p';

/** What is said in the file about what it is: for whoever meets it without us. */
export const FILE_NOTE =
  'Animatic made by Shotloom from the input that was given. It was rendered by rules; no generative model was used.';

/** H.264 that everything plays: 4:2:0, tagged BT.709, index in front, exactly this many frames. */
export function h264Args(frameCount: number): string[] {
  return [
    ...['-frames:v', `${frameCount}`, '-r', `${FRAMES_PER_SECOND}`],
    ...['-c:v', 'libx264', '-preset', 'veryfast', '-crf', '18', '-pix_fmt', 'yuv420p', '-profile:v', 'high'],
    ...['-g', `${FRAMES_PER_SECOND * 2}`],
    ...['-color_range', 'tv', '-colorspace', 'bt709', '-color_primaries', 'bt709', '-color_trc', 'bt709'],
    ...['-map_metadata', '-1', '-map_chapters', '-1', '-fflags', '+bitexact', '-flags:v', '+bitexact'],
    ...['-metadata', `comment=${FILE_NOTE}`, '-metadata', `description=${FILE_NOTE}`],
    ...['-movflags', '+faststart', '-f', 'mp4'],
  ];
}
