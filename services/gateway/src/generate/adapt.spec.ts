import { MODELS, type ModelSpec } from '@shotloom/contracts';
import { adapt } from './adapt';
import { checkCapabilities, type GenerateBody } from './video-request';

const [animatic] = MODELS;
const kling = MODELS.find(({ id }) => id === 'kling:kling-2.6');
if (!animatic || !kling) throw new Error('no model');

const frame = (width: number, height: number) => ({ width, height });
/** 6 or 10 s, 1080P for 6 s only, the shape of the picture, no seed. */
const hailuo: ModelSpec = {
  ...animatic,
  id: 'vendor:six-or-ten',
  operations: ['image-to-video', 'text-to-video'],
  duration: { min: 6, max: 10, step: 4, default: 6, values: [6, 10] },
  aspect_ratios: ['16:9'],
  sizes: { '768P': { '16:9': frame(1366, 768) }, '1080P': { '16:9': frame(1920, 1080) } },
  default_size: '768P',
  supports: { negative_prompt: 'folded', seed: false, strength: false },
  params: { prompt_optimizer: { type: 'boolean', default: true, description: 'x' } },
  constraints: [{ when: { sizes: ['1080P'] }, only: { durations: [6] } }],
};
/** Lengths as a list, pixels for sizes. */
const sora: ModelSpec = {
  ...animatic,
  id: 'vendor:pixels',
  operations: ['image-to-video', 'text-to-video'],
  duration: { min: 4, max: 12, step: 1, default: 8, values: [4, 8, 12] },
  aspect_ratios: ['16:9', '9:16'],
  sizes: {
    '720P': { '16:9': frame(1280, 720), '9:16': frame(720, 1280) },
    '1024P': { '16:9': frame(1792, 1024), '9:16': frame(1024, 1792) },
  },
  params: { steps: { type: 'integer', min: 1, max: 4, default: 4, description: 'x' } },
};

it.each<[string, ModelSpec, GenerateBody, GenerateBody, string[]]>([
  ['nothing where the model can do it all', sora, { duration: 8, size: '1280x720' }, { duration: 8 }, []],
  ['6 s to 8 s: of two that are as near, the longer', sora, { duration: 6 }, { duration: 8 }, ['duration']],
  ['a length beyond all others', sora, { duration: 60 }, { duration: 12 }, ['duration']],
  ['5 s to 6 s', hailuo, { duration: 5 }, { duration: 6 }, ['duration']],
  [
    'a ratio to the nearest',
    sora,
    { aspect_ratio: '3:4' },
    { aspect_ratio: '9:16', size: '720P' },
    ['aspect_ratio'],
  ],
  ['a size to the nearest', sora, { size: '1080P' }, { size: '1024P' }, ['size']],
  ['pixels to the nearest', sora, { size: '1920x1080' }, { size: '1024P', aspect_ratio: '16:9' }, ['size']],
  [
    'what goes only apart, by the nearer way',
    hailuo,
    { size: '1080P', duration: 10 },
    { size: '768P', duration: 10 },
    ['size'],
  ],
  [
    'a size at the length that it goes with',
    hailuo,
    { size: '1080P', duration: 9 },
    { size: '1080P', duration: 6 },
    ['duration'],
  ],
  ['what the model does not know', hailuo, { seed: 7, strength: 0.5 }, {}, ['seed', 'strength']],
  [
    'parameters of others',
    hailuo,
    { params: { sound: true, prompt_optimizer: false } },
    { params: { prompt_optimizer: false } },
    ['params.sound'],
  ],
  ['a number to the nearest', sora, { params: { steps: 50 } }, { params: { steps: 4 } }, ['params.steps']],
  ['a value that has no nearest', sora, { params: { steps: 'many' } }, { params: {} }, ['params.steps']],
  [
    'sound to a size that has it',
    kling,
    { size: '720P', params: { sound: true } },
    { size: '1080P', params: { sound: true } },
    ['size'],
  ],
  [
    'inputs that the model does not take',
    sora,
    { last_frame: 'x', subject_reference_url: 'y', references: ['z'] },
    {},
    ['last_frame', 'references'],
  ],
])('adapts %s', (_what, model, body, expected, fields) => {
  const adapted = adapt(model, 'text-to-video', body);
  expect(adapted.body).toMatchObject(expected);
  expect(adapted.adjustments.map(({ field }) => field)).toEqual(fields);
  for (const { reason } of adapted.adjustments) expect(reason).toMatch(new RegExp(`^${model.id} .+\\.$`));
  // What comes out is what the native routes take.
  expect(checkCapabilities(model, 'text-to-video', adapted.body)).toEqual([]);
});

it('says from what to what, and why', () => {
  expect(adapt(sora, 'text-to-video', { duration: 6, aspect_ratio: '1:1' }).adjustments).toEqual([
    {
      field: 'aspect_ratio',
      from: '1:1',
      to: '16:9',
      reason: 'vendor:pixels does not make 1:1 like this; 16:9 is the nearest.',
    },
    {
      field: 'duration',
      from: 6,
      to: 8,
      reason: 'vendor:pixels makes videos of 4 or 8 or 12 s, not of 6 s; 8 s is the nearest.',
    },
  ]);
});

it('takes the shape of the picture where no ratio was asked for', () => {
  expect(adapt(sora, 'image-to-video', { size: '1080P' }, frame(900, 1600)).body).toMatchObject({
    size: '1024P',
    aspect_ratio: '9:16',
  });
});

it('leaves what has no nearest for the checks', () => {
  const { body } = adapt(hailuo, 'video-to-anime', { duration: 5 });
  expect(checkCapabilities(hailuo, 'video-to-anime', body).map(({ field }) => field)).toEqual(['model']);
});

it('changes nothing in the body that it was given', () => {
  const body = { duration: 6, params: { steps: 50 }, seed: 1 };
  adapt(hailuo, 'text-to-video', body);
  expect(body).toEqual({ duration: 6, params: { steps: 50 }, seed: 1 });
});
