import { imageToVideoSchema, videoToAnimeSchema } from './generate';

const good = { prompt: 'zoom in', asset_id: 'a' };
const fieldsOf = (body: unknown): string[] =>
  imageToVideoSchema.safeParse(body).error?.issues.map((issue) => issue.path.join('.')) ?? [];

it('takes a small request and trims its prompt', () => {
  expect(imageToVideoSchema.parse({ ...good, prompt: '  zoom in \n' }).prompt).toBe('zoom in');
});

it.each([
  [{ prompt: ' ' }, 'prompt'],
  [{ prompt: 'x'.repeat(2001) }, 'prompt'],
  [{ prompt: 'a\u0000b' }, 'prompt'],
  [{ prompt: 'a\ud800' }, 'prompt'],
  [{ duration: 2.5 }, 'duration'],
  [{ seed: 2 ** 32 }, 'seed'],
  [{ size: 'huge' }, 'size'],
  [{ metadata: { a: 'x\u0000' } }, 'metadata.a'],
  [{ metadata: Object.fromEntries(Array.from({ length: 17 }, (_, n) => [`k${n}`, 'v'])) }, 'metadata'],
])('names the field of %p', (change, field) => {
  expect(fieldsOf({ ...good, ...change })).toEqual([field]);
});

it('needs no prompt to draw a film in ink', () => {
  expect(videoToAnimeSchema.safeParse({ asset_id: 'a', strength: 0.5 }).success).toBe(true);
  expect(videoToAnimeSchema.safeParse({ asset_id: 'a', strength: 1.5 }).success).toBe(false);
});
