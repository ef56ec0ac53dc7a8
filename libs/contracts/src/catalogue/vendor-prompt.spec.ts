import { vendorPrompt } from './vendor-prompt';

const request = { prompt: 'a cat', negativePrompt: 'rain', stylePreset: null };

it('leaves what to avoid beside the prompt where the vendor has a field', () => {
  expect(vendorPrompt(request, 'apart')).toEqual({ prompt: 'a cat', negative: 'rain' });
});

it('folds it into the prompt where there is none', () => {
  expect(vendorPrompt(request, 'folded')).toEqual({ prompt: 'a cat. Avoid: rain.', negative: '' });
  expect(vendorPrompt({ ...request, prompt: '猫。' }, 'folded').prompt).toBe('猫。 Avoid: rain.');
  expect(vendorPrompt({ ...request, prompt: '' }, 'folded').prompt).toBe('Avoid: rain.');
  expect(vendorPrompt({ ...request, negativePrompt: null }, 'folded').prompt).toBe('a cat');
});

it('adds both fragments of a style', () => {
  const styled = vendorPrompt({ ...request, stylePreset: 'ghibli' }, 'folded').prompt;
  expect(styled).toMatch(/^a cat, hand-painted .*\. Avoid: rain, harsh contrast/);
});
