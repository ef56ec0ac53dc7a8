import { inputRole } from '../catalogue/rules';
import { videoRequestSchema } from './record';

/** As a job was kept before there were parameters, adjustments and other roles. */
const KEPT = {
  operation: 'image-to-video',
  provider: 'kling',
  model: 'kling:kling-2.6',
  prompt: 'a boat',
  negativePrompt: null,
  stylePreset: null,
  durationSeconds: 5,
  aspectRatio: '16:9',
  size: '720P',
  width: 1280,
  height: 720,
  seed: 1,
  strength: null,
  inputs: [{ role: 'image', assetId: 'a', objectKey: 'assets/a', contentType: 'image/png' }],
};

it('reads a request of an earlier release', () => {
  const request = videoRequestSchema.parse(KEPT);
  expect(request).toEqual({ ...KEPT, params: {}, adjustments: [] });
  expect(request.inputs.map(({ role }) => inputRole(role))).toEqual(['first_frame']);
});

it('keeps every role, parameters and what was changed', () => {
  const input = { assetId: 'b', objectKey: 'assets/b', contentType: 'image/png' };
  const request = {
    ...KEPT,
    inputs: [...KEPT.inputs, { ...input, role: 'last_frame' }, { ...input, role: 'reference' }],
    params: { sound: true, steps: 4, mode: 'pro' },
    adjustments: [{ field: 'duration', from: 6, to: 8, reason: 'It makes 8 s.' }],
  };
  expect(videoRequestSchema.parse(request)).toEqual(request);
});
