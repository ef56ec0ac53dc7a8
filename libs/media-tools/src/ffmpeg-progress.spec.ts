import { FfmpegProgress } from './ffmpeg-progress';

const feed = (
  durationSeconds: number | undefined,
  ...pieces: string[]
): { seen: number[]; bytes: number } => {
  const seen: number[] = [];
  const progress = new FfmpegProgress(durationSeconds, (fraction) => seen.push(fraction));
  for (const piece of pieces) progress.feed(piece);
  return { seen, bytes: progress.outputBytes };
};

describe('FfmpegProgress', () => {
  it('reads lines however they are cut', () => {
    const { seen, bytes } = feed(
      10,
      'total_size=1',
      '2\nout_time_us=25',
      '00000\nprogress=cont',
      'inue\nprogress=end\n',
    );
    expect(seen).toEqual([0.25, 1]);
    expect(bytes).toBe(12);
  });

  it('never goes back, past 1, or on nonsense', () => {
    const times = [5, 4, -1, 20].map((seconds) => `out_time_us=${seconds * 1e6}\n`);
    expect(feed(10, 'out_time_us=N/A\n', ...times, 'progress=end\n').seen).toEqual([0.5, 1]);
  });

  it('tells only the end where no duration is known', () => {
    expect(feed(undefined, 'out_time_us=5000000\n', 'progress=end\n').seen).toEqual([1]);
  });
});
