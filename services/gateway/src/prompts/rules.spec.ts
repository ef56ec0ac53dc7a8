import { STYLE_PRESETS } from '@shotloom/contracts';
import { enhanceByRules } from './rules';

it('adds what is not said, and leaves what is', () => {
  const { prompt, keywords, motion } = enhanceByRules({ prompt: 'a lighthouse at dusk, slow zoom.' }, null);
  expect(prompt).toMatch(/^a lighthouse at dusk, slow zoom, /);
  expect(keywords).toEqual(['clear composition with depth', 'fine detail, cinematic look']);
  expect(motion).toBeNull();
  expect(enhanceByRules({ prompt: '镜头慢慢推近，黄昏，背景是海，电影质感' }, null).keywords).toEqual([]);
});

it('gives the same for what it made itself', () => {
  const once = enhanceByRules({ prompt: 'waves' }, null);
  expect(enhanceByRules({ prompt: once.prompt }, null).prompt).toBe(once.prompt);
});

it.each([
  [1600, 900, /pans/],
  [900, 1600, /tilts/],
  [1000, 1000, /zooms in/],
])('lets the camera go along the longer side of %i x %i', (width, height, motion) => {
  const enhanced = enhanceByRules({}, { width, height });
  expect(enhanced.motion).toMatch(motion);
  expect(enhanced.prompt).toMatch(motion);
});

it('adds the style, and never passes what a prompt may have', () => {
  const ghibli = STYLE_PRESETS.find(({ id }) => id === 'ghibli')?.positive ?? '';
  expect(enhanceByRules({ prompt: 'waves', style_preset: 'ghibli' }, null).prompt).toContain(ghibli);
  const long = 'x'.repeat(1_990);
  expect(enhanceByRules({ prompt: long, style_preset: 'ghibli' }, null)).toMatchObject({
    prompt: long,
    keywords: [],
  });
});
