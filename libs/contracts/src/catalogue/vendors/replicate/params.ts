import type { ParamSpec } from '../../param-spec';

export const motionBucketId: ParamSpec = {
  type: 'integer',
  min: 1,
  max: 255,
  default: 127,
  title: 'Motion',
  description: 'More makes more motion.',
};
export const condAug: ParamSpec = {
  type: 'number',
  min: 0,
  max: 1,
  default: 0.02,
  title: 'Noise',
  description: 'Noise that is added to the picture: more lets the video leave it further.',
};
export const decodingT: ParamSpec = {
  type: 'integer',
  min: 1,
  max: 25,
  default: 7,
  title: 'Frames decoded at once',
  description: 'Fewer need less memory; more flicker less.',
};
export const goFast: ParamSpec = {
  type: 'boolean',
  default: true,
  title: 'Fast',
  description: 'Off takes longer and may look better.',
};
