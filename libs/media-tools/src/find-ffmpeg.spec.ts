import { findFfmpeg } from './find-ffmpeg';

describe('findFfmpeg', () => {
  it('takes what the environment names before everything else', () => {
    const env = { FFMPEG_PATH: process.execPath, FFPROBE_PATH: process.execPath, PATH: process.env['PATH'] };
    expect(findFfmpeg(env)).toEqual({ ffmpeg: process.execPath, ffprobe: process.execPath });
  });

  it('does not fall back in silence from a wrong path', () => {
    const env = { FFMPEG_PATH: '/nowhere/ffmpeg', PATH: process.env['PATH'] };
    expect(() => findFfmpeg(env)).toThrow(
      expect.objectContaining({
        code: 'unavailable',
        message: expect.stringContaining('FFMPEG_PATH') as unknown,
      }) as Error,
    );
  });

  it('falls back to what npm brought', () => {
    expect(findFfmpeg({ PATH: '' }).ffmpeg).toMatch(/@ffmpeg-installer/);
  });
});
